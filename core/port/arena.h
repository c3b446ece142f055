/* The guest's heap: one fixed arena, counted. */
#ifndef TLSLAB_ARENA_H
#define TLSLAB_ARENA_H

#include <stddef.h>
#include <stdint.h>

/* Counts since boot; heap bytes are the bytes asked for, without headers. */
struct arena_counts {
    uint32_t live;       /* bytes live now */
    uint32_t peak;       /* most bytes live at one instant */
    uint32_t phase_peak; /* the same since arena_new_phase */
    uint32_t allocs;     /* allocations that succeeded */
    uint32_t high_water; /* arena bytes below the highest block ever used, with headers */
};
extern struct arena_counts arena;

void arena_init(void *start, uint32_t bytes);
void arena_new_phase(void);

#endif
