/* What kernels lack: recursion, calls through a table, a switch, 64-bit
 * arithmetic, and an allocator that tells the watch about its heap. */
#include "guest.h"
#ifndef ROUNDS
#define ROUNDS 12
#endif

static NOINLINE uint32_t fib(uint32_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

static NOINLINE uint32_t twist(uint32_t x) { return x << 7 ^ x >> 3; }
static NOINLINE uint32_t turn(uint32_t x) { return x / 3 + x % 7; }
static NOINLINE uint32_t wide(uint32_t x) {
    uint64_t v = (uint64_t)x * 0x9e3779b97f4a7c15u;
    return (uint32_t)(v >> 29) + (uint32_t)__builtin_popcount(x) + (uint32_t)__builtin_clzll(v | 1);
}
static uint32_t (*const ops[3])(uint32_t) = {twist, turn, wide};

static NOINLINE uint32_t machine(uint32_t x) {
    volatile unsigned char scratch[32];
    switch (x % 9) {
    case 0: return x + 1;
    case 1: return x ^ 0x55;
    case 2: scratch[x % 32] = 3; return scratch[x % 32];
    case 3: return fib(x % 5);
    case 5: return ops[x % 3](x);
    case 7: return x * x;
    default: return ~x;
    }
}

uint32_t tlslab_heap_live;
EXPORT(tlslab_heap_mark) NOINLINE void tlslab_heap_mark(void) { __asm__ volatile(""); }

uint32_t sum;

EXPORT(tlslab_step) int tlslab_step(void) {
    uint32_t x = 7;
    for (int i = 0; i < 50; i++) {
        x = x * 1103515245 + 12345;
        sum += machine(x >> 8);
        tlslab_heap_live = x >> 22;
        tlslab_heap_mark();
    }
    sum += fib(ROUNDS);
    return 2;
}
