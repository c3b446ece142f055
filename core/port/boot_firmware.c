/* Start-up of the firmware that runs: as boot_arm.c, and beyond it the host's
 * step loop, a painted stack, and fault handlers that say where. */
#include "arena.h"
#include "frame.h"
#include "port.h"

extern uint32_t __stack_bottom, __stack_top, __data_load, __data_start, __data_end, __bss_start,
    __bss_end;
extern unsigned char __arena_start, __arena_end;

#define PAINT 0xdeadbeefu

void reset_handler(void);

#if __ARM_ARCH_PROFILE == 'M'

/* r0: the stack frame the core pushed, r1: the handler's xPSR. */
__attribute__((used, noreturn)) static void boot_report_fault(const uint32_t *frame, uint32_t ipsr)
{
    uint32_t words[FAULT_WORDS] = { ipsr, 0, 0, 0, (uint32_t) frame, 0, 0, 0, 0 };

    /* After a stack overflow the frame was pushed below RAM: it is not there. */
    if ((uintptr_t) frame >= (uintptr_t) &__stack_bottom &&
        (uintptr_t) frame <= (uintptr_t) &__stack_top - 8 * sizeof(frame[0])) {
        words[1] = frame[6];
        words[2] = frame[5];
        words[3] = frame[7];
    }
#if __ARM_ARCH_PROFILE == 'M' && __ARM_ARCH >= 7
    words[5] = *(volatile uint32_t *) 0xe000ed28u; /* CFSR */
    words[6] = *(volatile uint32_t *) 0xe000ed2cu; /* HFSR */
    words[7] = *(volatile uint32_t *) 0xe000ed34u; /* MMFAR */
    words[8] = *(volatile uint32_t *) 0xe000ed38u; /* BFAR */
#endif
    host_fault(words);
}

/* Goes on below the frame, or, where the stack is used up, at its top again. */
__attribute__((naked)) static void boot_fault(void)
{
    __asm__ volatile(".syntax unified\n"
                     "mrs r0, msp\n"
                     "mrs r1, xpsr\n"
                     "ldr r2, =__stack_bottom + 512\n"
                     "cmp r0, r2\n"
                     "bhi 1f\n"
                     "ldr r2, =__stack_top\n"
                     "msr msp, r2\n"
                     "1: bl boot_report_fault\n");
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void)) &__stack_top, reset_handler, boot_fault, boot_fault, boot_fault, boot_fault,
    boot_fault, boot_fault, 0, 0, 0, boot_fault, boot_fault, 0, boot_fault, boot_fault
};

#else

/* r0: which vector (FAULT_VECTOR on), r1: lr of the exception's mode. */
__attribute__((used, noreturn)) static void boot_report_fault(uint32_t vector, uint32_t lr)
{
    uint32_t words[FAULT_WORDS] = { FAULT_VECTOR + vector, lr, 0, 0, 0, 0, 0, 0, 0 };

    __asm__ volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(words[5])); /* DFSR */
    __asm__ volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(words[8])); /* DFAR */
    host_fault(words);
}

/* The vectors of an A-profile core, in Thumb (SCTLR.TE); the modes of
 * exceptions have stack pointers of their own, which are set late. */
__attribute__((naked, used, aligned(32))) static void boot_vectors(void)
{
    __asm__ volatile(".irp n, 0, 1, 2, 3, 4, 5, 6, 7\n"
                     "b.w boot_vector_\\n\n"
                     ".endr\n"
                     ".irp n, 0, 1, 2, 3, 4, 5, 6, 7\n"
                     "boot_vector_\\n: movs r0, #\\n\n"
                     "b 1f\n"
                     ".endr\n"
                     "1: mov r1, lr\n"
                     "ldr sp, =__stack_top\n"
                     "bl boot_report_fault\n");
}

#endif

void tlslab_boot(uint32_t arena_bytes)
{
    arena_init(&__arena_start, arena_bytes);
}

/* The deepest byte of the stack that was written, seen from its top. */
static uint32_t boot_painted(void)
{
    const uint32_t *p = &__stack_bottom;

    while (p < &__stack_top && *p == PAINT) {
        p++;
    }
    return (uint32_t) ((const uint8_t *) &__stack_top - (const uint8_t *) p);
}

__attribute__((used, noreturn)) static void boot_main(void)
{
    int32_t status;

    tlslab_boot(host_hello((uint32_t) (&__arena_end - &__arena_start),
                           (uint32_t) ((uint8_t *) &__stack_top - (uint8_t *) &__stack_bottom)));
    do {
        status = tlslab_step();
        if (status == STATUS_DONE) {
            uint32_t words[1] = { boot_painted() };
            host_event(TLSLAB_EVENT_STACK, words, sizeof(words));
        }
        host_step(status);
    } while (status != STATUS_DONE);
    link_stop();
}

/* Naked: nothing of this is on the stack while it is painted. The FPU first:
 * compilers move words through its registers. */
__attribute__((naked)) void reset_handler(void)
{
    __asm__ volatile(".syntax unified\n"
#if __ARM_ARCH_PROFILE == 'A'
                     "ldr r0, =boot_vectors\n" /* VBAR, which drops the low bits */
                     "mcr p15, 0, r0, c12, c0, 0\n"
                     "mrc p15, 0, r0, c1, c0, 0\n" /* SCTLR.TE: exceptions in Thumb */
                     "orr r0, #0x40000000\n"
                     "mcr p15, 0, r0, c1, c0, 0\n"
                     "mrc p15, 0, r0, c1, c0, 2\n" /* CPACR, then FPEXC.EN */
                     "orr r0, #0x00f00000\n"
                     "mcr p15, 0, r0, c1, c0, 2\n"
                     "isb\n"
                     "mov r0, #0x40000000\n"
                     "vmsr fpexc, r0\n"
                     "ldr sp, =__stack_top\n"
#elif defined(__ARM_FP)
                     /* CPACR: full access to the FPU (ARMv7-M ARM, B3.2.20). */
                     "ldr r0, =0xe000ed88\n"
                     "ldr r1, [r0]\n"
                     "ldr r2, =0x00f00000\n"
                     "orrs r1, r2\n"
                     "str r1, [r0]\n"
                     "dsb\n"
                     "isb\n"
#endif
                     "ldr r0, =__stack_bottom\n"
                     "ldr r1, =__stack_top\n"
                     "ldr r2, =0xdeadbeef\n"
                     "1: stmia r0!, {r2}\n"
                     "cmp r0, r1\n"
                     "blo 1b\n"
                     "ldr r0, =__data_load\n"
                     "ldr r1, =__data_start\n"
                     "ldr r2, =__data_end\n"
                     "b 3f\n"
                     "2: ldrb r3, [r0]\n" /* the copy in flash may be anywhere */
                     "strb r3, [r1]\n"
                     "adds r0, #1\n"
                     "adds r1, #1\n"
                     "3: cmp r1, r2\n"
                     "blo 2b\n"
                     "ldr r0, =__bss_start\n"
                     "ldr r1, =__bss_end\n"
                     "movs r2, #0\n"
                     "b 5f\n"
                     "4: stmia r0!, {r2}\n"
                     "5: cmp r0, r1\n"
                     "blo 4b\n"
                     "bl boot_main\n");
}
