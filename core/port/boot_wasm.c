/* Boot on the WASM machine: the arena is all memory after the linked data. */
#include "arena.h"
#include "port.h"

extern unsigned char __heap_base;

void tlslab_boot(uint32_t arena_bytes)
{
    arena_init(&__heap_base, arena_bytes);
}
