/* Start-up of the Cortex-M image, after the core's reset sequence (ARMv7-M
 * Architecture Reference Manual, B1.5.5). Regions come from the linker script
 * that core renders from the board's data. */
#include "arena.h"
#include "port.h"

extern uint32_t __stack_top, __data_load, __data_start, __data_end, __bss_start, __bss_end;
extern unsigned char __arena_start, __arena_end;

void reset_handler(void);

static void halt(void)
{
    for (;;) {
        __asm__ volatile("bkpt 0");
    }
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void)) &__stack_top, reset_handler, halt, halt, halt, halt, halt, 0,
    0, 0, 0, halt, halt, 0, halt, halt
};

void tlslab_boot(uint32_t arena_bytes)
{
    arena_init(&__arena_start, arena_bytes);
}

void reset_handler(void)
{
    uint32_t *to, *from = &__data_load;

    for (to = &__data_start; to < &__data_end; to++) {
        *to = *from++;
    }
    for (to = &__bss_start; to < &__bss_end; to++) {
        *to = 0;
    }
    tlslab_boot((uint32_t) (&__arena_end - &__arena_start));
    while (tlslab_step() != STATUS_DONE) {
    }
    halt();
}
