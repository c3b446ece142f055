/* malloc of the C library linked, newlib-nano: what its sbrk gives is the arena. */
#include <stdlib.h>

#include "oracle.h"

static uint32_t given;

void *_sbrk(int bytes)
{
    if (bytes < 0 || (uint32_t) bytes > ORACLE_ARENA_B - given) {
        return (void *) -1;
    }
    given += (uint32_t) bytes;
    return oracle_arena + given - (uint32_t) bytes;
}

void oracle_open(uint8_t *arena, uint32_t bytes)
{
    (void) arena;
    (void) bytes;
}

void *oracle_alloc(uint32_t bytes) { return malloc(bytes); }

void oracle_free(void *p) { free(p); }
