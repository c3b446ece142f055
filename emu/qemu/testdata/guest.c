/* A guest for the machine's own tests: GUEST chooses what it does. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "port.h"

static volatile uint32_t sink;

#define WORK 1    /* known work over two steps, then done */
#define FAULT 2   /* reads where nothing is */
#define RECURSE 3 /* uses up its stack */
#define SPIN 4
#define EXIT 5
#define UNDEFINED 6
#define NO_DONE 7
#define STATUS 8 /* returns what is no status */
#define DIVIDE 9 /* computed jumps, conditional returns, alloca */
#define FLOOD 10 /* prints for ever */
#define FILES 11 /* writes a file for ever */
#define READS 12 /* a file of the host */
#define SHELL 13 /* runs a command of the host */
#define ENDS 14  /* ends the emulator */
#define STANDS 15
#define LEANS 16 /* returns with another SP than it was called with */

#define SYS_OPEN 0x01u
#define SYS_WRITE0 0x04u
#define SYS_WRITE 0x05u
#define SYS_SYSTEM 0x12u
#define SYS_EXIT_EXTENDED 0x20u

static uint32_t semihost(uint32_t op, const void *args)
{
    register uint32_t r0 __asm__("r0") = op;
    register const void *r1 __asm__("r1") = args;

    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

/* open_host ends with 40 where the host's file may not be opened. */
static uint32_t open_host(const char *name, uint32_t mode)
{
    const uint32_t args[3] = { (uint32_t) name, mode, strlen(name) };
    uint32_t f = semihost(SYS_OPEN, args);

    if (f == 0xffffffffu) {
        host_exit(40);
    }
    return f;
}

static void hostile(void)
{
    static const uint8_t text[4096] = "flood";
    uint32_t args[3] = { 0, (uint32_t) text, sizeof(text) };

    switch (GUEST) {
        case FLOOD:
            for (;;) {
                semihost(SYS_WRITE0, "flood, flood, flood, flood, flood, flood, flood, flood, flood, flood\n");
            }
        case FILES:
            args[0] = open_host("flood", 5);
            for (;;) {
                semihost(SYS_WRITE, args);
            }
        case READS:
            open_host("/etc/passwd", 0);
            break;
        case SHELL:
            args[0] = (uint32_t) "touch made";
            args[1] = 10;
            semihost(SYS_SYSTEM, args);
            break;
        case ENDS:
            args[0] = 0x20026; /* an exit of the application's own, with status 0 */
            args[1] = 0;
            semihost(SYS_EXIT_EXTENDED, args);
            break;
        case STANDS:
            __asm__ volatile("cpsid i\nwfi");
            break;
    }
}

__attribute__((noinline)) static uint32_t leaf(uint32_t n)
{
    uint32_t i, sum = 0;

    for (i = 0; i < n; i++) {
        sum += i * i;
    }
    return sum;
}

__attribute__((noinline)) static uint32_t deep(uint32_t n)
{
    volatile uint8_t frame[64];

    memset((void *) frame, (int) n, sizeof(frame));
    return n == 0 ? frame[3] : deep(n - 1) + frame[n % 64];
}

__attribute__((noinline)) static uint32_t early(const uint32_t *p, uint32_t n)
{
    uint32_t a = 1, b = 2, c = 3, i;

    for (i = 0; i < n; i++) {
        if (p[i] == 7) {
            return leaf(a + b);
        }
        a += p[i] * b;
        b ^= a + c;
        c += leaf(b & 3);
    }
    return a + b + c;
}

__attribute__((noinline)) static uint32_t dynamic(uint32_t n)
{
    uint8_t *p = __builtin_alloca(n);

    memset(p, 5, n);
    return leaf(p[n / 2]);
}

__attribute__((noinline)) static uint32_t jump(uint32_t n)
{
    switch (n % 8) {
        case 0: return leaf(1);
        case 1: return n * 3;
        case 2: return leaf(2) + 1;
        case 3: return n / 3;
        case 4: return deep(1);
        case 5: return n ^ 5;
        case 6: return dynamic(40 + n);
        default: return n + 1;
    }
}

__attribute__((naked, noinline, used)) static void lean(void)
{
    __asm__ volatile("sub sp, sp, #8\nbx lr");
}

static void phase(uint32_t p)
{
    uint32_t words[5] = { p, arena.live, arena.phase_peak, arena.allocs, arena.high_water };

    host_event(TLSLAB_EVENT_PHASE, words, sizeof(words));
    arena_new_phase();
}

static void done(void)
{
    uint32_t words[5] = { arena.peak, arena.live, arena.allocs, arena.high_water, 0 };

    phase(PHASE_END);
    host_event(TLSLAB_EVENT_DONE, words, sizeof(words));
}

static int32_t work(void)
{
    static int step;
    uint8_t *p;

    if (step++ == 0) {
        phase(PHASE_INIT);
        sink = leaf(100);
        return STATUS_READY;
    }
    phase(PHASE_CLIENT_HELLO);
    p = malloc(100);
    sink += deep(5);
    free(malloc(28));
    free(p);
    done();
    return STATUS_DONE;
}

int32_t tlslab_step(void)
{
    static const uint32_t table[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    uint32_t i;

    hostile();
    switch (GUEST) {
        case WORK:
            return work();
        case FAULT:
            sink = *(volatile uint32_t *) 0xa0000000u;
            break;
        case RECURSE:
            sink = deep(1000000);
            break;
        case SPIN:
            for (;;) {
                sink++;
            }
        case EXIT:
            host_exit(3);
            break;
        case UNDEFINED:
            __asm__ volatile("udf #1");
            break;
        case NO_DONE:
            return STATUS_DONE;
        case STATUS:
            return 77;
        case LEANS:
            __asm__ volatile("bl lean\nadd sp, sp, #8" ::: "r0", "r1", "r2", "r3", "ip", "lr", "cc", "memory");
            return work();
        case DIVIDE:
            phase(PHASE_INIT);
            for (i = 0; i < 64; i++) {
                sink += jump(i) + early(table, i % 8) + dynamic(i);
            }
            done();
            return STATUS_DONE;
    }
    return STATUS_DONE;
}
