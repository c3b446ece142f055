/* A counting allocator over one fixed arena: address-ordered first fit with
 * coalescing, the scheme of FreeRTOS heap_4. First fit from low addresses
 * makes high_water the size of the smallest arena that serves the same run:
 * in a smaller one the very allocation that set it must fail. */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

#include "port.h"

/* 8 bytes on every 32-bit target, so both machines lay the arena out alike. */
struct block {
    uint32_t size; /* payload bytes, a multiple of ALIGN */
    union {
        struct block *next; /* free: the next free block by address */
        uint32_t asked;     /* used: bytes asked for */
    } u;
};

#define ALIGN 8u
#define ROUND(n) (((n) + (ALIGN - 1u)) & ~(ALIGN - 1u))
#define PAYLOAD(b) ((uint8_t *) (b) + sizeof(struct block))
#define END(b) (PAYLOAD(b) + (b)->size)

struct arena_counts arena;
static struct block *free_list;
static uint8_t *arena_start;

#if defined(__wasm__)
/* Watched by the meter: live bytes, and the moment they rise, so that heap
 * and stack are added at one instant (emu/wasm). */
uint32_t tlslab_heap_live;
TLSLAB_EXPORT(tlslab_heap_mark) __attribute__((noinline)) void tlslab_heap_mark(void)
{
    __asm__ volatile("");
}
#define MARK(block) (tlslab_heap_live = arena.live, tlslab_heap_mark())
#define UNMARK(block) (tlslab_heap_live = arena.live)
#elif defined(__arm__)
/* Two loads that the emulator watches (emu/qemu): of the block that comes or
 * goes, and of the arena's byte number `live`. What is read is of no use, the
 * addresses are. */
__attribute__((naked, noinline, used)) static void tlslab_heap_mark(
    const void *block __attribute__((unused)), const void *live __attribute__((unused)))
{
    __asm__ volatile(".syntax unified\n"
                     "ldrb r0, [r0]\n"
                     "ldrb r1, [r1]\n"
                     "bx lr\n");
}
#define MARK(block) tlslab_heap_mark(block, arena_start + arena.live)
#define UNMARK(block) MARK(block)
#else
#define MARK(block) ((void) 0)
#define UNMARK(block) ((void) 0)
#endif

void arena_init(void *start, uint32_t bytes)
{
    uintptr_t first = ROUND((uintptr_t) start);
    uintptr_t end = ((uintptr_t) start + bytes) & ~(uintptr_t) (ALIGN - 1u);

    arena_start = (uint8_t *) first;
    free_list = NULL;
    if (end < first + sizeof(struct block) + ALIGN) {
        return;
    }
    free_list = (struct block *) first;
    free_list->size = (uint32_t) (end - first - sizeof(struct block));
    free_list->u.next = NULL;
}

void arena_new_phase(void)
{
    arena.phase_peak = arena.live;
}

static void account(uint32_t asked, const uint8_t *end)
{
    uint32_t used = (uint32_t) (end - arena_start);

    arena.live += asked;
    arena.allocs++;
    if (arena.live > arena.peak) {
        arena.peak = arena.live;
    }
    if (arena.live > arena.phase_peak) {
        arena.phase_peak = arena.live;
    }
    if (used > arena.high_water) {
        arena.high_water = used;
    }
}

static void *take(uint32_t asked)
{
    uint32_t need = ROUND(asked ? asked : 1u);
    struct block **link = &free_list;
    struct block *b;

    while ((b = *link) != NULL && b->size < need) {
        link = &b->u.next;
    }
    if (b == NULL) {
        return NULL;
    }
    if (b->size >= need + sizeof(struct block) + ALIGN) {
        struct block *rest = (struct block *) (PAYLOAD(b) + need);
        rest->size = b->size - need - (uint32_t) sizeof(struct block);
        rest->u.next = b->u.next;
        b->size = need;
        *link = rest;
    } else {
        *link = b->u.next;
    }
    b->u.asked = asked;
    account(asked, PAYLOAD(b) + need);
    MARK(PAYLOAD(b));
    return PAYLOAD(b);
}

void *malloc(size_t n)
{
    void *p = n > UINT32_MAX / 2u ? NULL : take((uint32_t) n);

    if (p == NULL) {
        uint32_t words[2] = { (uint32_t) n, arena.live };
        host_event(TLSLAB_EVENT_ALLOC, words, sizeof(words));
    }
    return p;
}

void *calloc(size_t count, size_t size)
{
    void *p;

    if (size != 0 && count > (size_t) -1 / size) {
        return malloc((size_t) -1); /* fails, and says so */
    }
    p = malloc(count * size);
    if (p != NULL) {
        memset(p, 0, count * size);
    }
    return p;
}

void free(void *p)
{
    struct block *b, *prev = NULL, *next = free_list;

    if (p == NULL) {
        return;
    }
    b = (struct block *) ((uint8_t *) p - sizeof(struct block));
    arena.live -= b->u.asked;
    UNMARK(p);
    while (next != NULL && next < b) {
        prev = next;
        next = next->u.next;
    }
    b->u.next = next;
    if (next != NULL && END(b) == (uint8_t *) next) {
        b->size += (uint32_t) sizeof(struct block) + next->size;
        b->u.next = next->u.next;
    }
    if (prev == NULL) {
        free_list = b;
    } else if (END(prev) == (uint8_t *) b) {
        prev->size += (uint32_t) sizeof(struct block) + b->size;
        prev->u.next = b->u.next;
    } else {
        prev->u.next = b;
    }
}

void *realloc(void *p, size_t n)
{
    void *q = malloc(n);

    if (q != NULL && p != NULL) {
        uint32_t old = ((struct block *) ((uint8_t *) p - sizeof(struct block)))->u.asked;
        memcpy(q, p, old < n ? old : n);
        free(p);
    }
    return q;
}
