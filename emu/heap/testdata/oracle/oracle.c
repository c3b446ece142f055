/* Runs a trace on a real allocator on an emulated Cortex-M3 and prints where
 * each block came to lie, for oracle_test.go. One file beside this one ties an
 * allocator to the two functions. */
#include <stdint.h>

#include "oracle.h"

#define BLOCKS 65536u

struct event {
    uint32_t what;  /* block number * 2, + 1 for an allocation */
    uint32_t asked; /* bytes */
};

/* trace.bin is struct event, little-endian, as many as there are. */
__asm__(".section .rodata\n"
        ".balign 4\n"
        "trace: .incbin \"trace.bin\"\n"
        "trace_end:\n"
        ".balign 4\n"
        ".text\n");
extern const struct event trace[], trace_end[];

uint8_t oracle_arena[ORACLE_ARENA_B] __attribute__((aligned(64)));
static void *blocks[BLOCKS];
static char text[8192];
static uint32_t used;

static void semihosting(uint32_t call, const void *arg)
{
    register uint32_t r0 __asm__("r0") = call;
    register const void *r1 __asm__("r1") = arg;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

static void flush(void)
{
    text[used] = 0;
    semihosting(0x04, text); /* SYS_WRITE0 */
    used = 0;
}

static void print(uint32_t n)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        text[used++] = "0123456789abcdef"[n >> shift & 15u];
    }
    text[used++] = '\n';
    if (used > sizeof(text) - 16u) {
        flush();
    }
}

void oracle_reset(void)
{
    oracle_open(oracle_arena, ORACLE_ARENA_B);
    for (const struct event *e = trace; e < trace_end; e++) {
        uint32_t block = e->what >> 1;
        if ((e->what & 1u) == 0) {
            oracle_free(blocks[block]);
            continue;
        }
        uint8_t *p = oracle_alloc(e->asked);
        blocks[block] = p;
        print(p == 0 ? 0xffffffffu : (uint32_t) (p - oracle_arena));
        if (p == 0 && e->asked > 0) {
            break;
        }
        for (uint32_t i = 0; i < e->asked; i++) {
            p[i] = 0xa5; /* it is ours to write */
        }
    }
    flush();
    semihosting(0x18, (const void *) 0x20026); /* SYS_EXIT, ADP_Stopped_ApplicationExit */
    for (;;) {
    }
}
