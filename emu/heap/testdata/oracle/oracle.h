#ifndef ORACLE_H
#define ORACLE_H

#include <stdint.h>

/* ORACLE_ARENA_B is the arena's size in bytes, from the command line. */
extern uint8_t oracle_arena[ORACLE_ARENA_B];

void oracle_open(uint8_t *arena, uint32_t bytes);
void *oracle_alloc(uint32_t bytes);
void oracle_free(void *p);

#endif
