/* memory_buffer_alloc.c of the Mbed TLS measured. */
#include <stddef.h>

#include "mbedtls/memory_buffer_alloc.h"
#include "oracle.h"

static void *(*allocate)(size_t, size_t);
static void (*release)(void *);

int mbedtls_platform_set_calloc_free(void *(*calloc_func)(size_t, size_t), void (*free_func)(void *))
{
    allocate = calloc_func;
    release = free_func;
    return 0;
}

void oracle_open(uint8_t *arena, uint32_t bytes) { mbedtls_memory_buffer_alloc_init(arena, bytes); }

void *oracle_alloc(uint32_t bytes) { return allocate(1, bytes); }

void oracle_free(void *p) { release(p); }
