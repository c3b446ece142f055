/* The lab's own arena (core/port/arena.c). */
#include <stdlib.h>

#include "arena.h"
#include "oracle.h"
#include "port.h"

void host_event(uint32_t kind, const void *payload, uint32_t bytes)
{
    (void) kind;
    (void) payload;
    (void) bytes;
}

void oracle_open(uint8_t *arena, uint32_t bytes) { arena_init(arena, bytes); }

void *oracle_alloc(uint32_t bytes) { return malloc(bytes); }

void oracle_free(void *p) { free(p); }
