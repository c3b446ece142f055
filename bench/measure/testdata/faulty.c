/* Guests that go wrong, one for each -DFAULT_name. */
#include "port.h"

TLSLAB_EXPORT(tlslab_boot) void tlslab_boot(uint32_t arena_bytes) { (void) arena_bytes; }

static void phase(uint32_t p)
{
    uint32_t words[5] = { p };
    host_event(TLSLAB_EVENT_PHASE, words, sizeof(words));
}

static void done(void)
{
    uint32_t words[5] = { 0 };
    host_event(TLSLAB_EVENT_DONE, words, sizeof(words));
}

#if defined(FAULT_overflow)
static volatile uint32_t bottom;
__attribute__((noinline)) static uint32_t dive(volatile uint32_t *above)
{
    volatile uint32_t here[64];
    here[0] = *above + 1;
    return dive(here) + here[0];
}
#endif

#if defined(FAULT_float)
static volatile double ratio = 1.5;
#endif

TLSLAB_EXPORT(tlslab_step) int32_t tlslab_step(void)
{
    static uint32_t steps;

    if (steps++ == 0) {
        phase(PHASE_INIT);
        phase(PHASE_CLIENT_HELLO);
    }
#if defined(FAULT_trap)
    __builtin_trap();
#elif defined(FAULT_outside)
    return *(volatile int32_t *) 0x7ffffff0;
#elif defined(FAULT_overflow)
    return (int32_t) dive(&bottom);
#elif defined(FAULT_spin)
    for (volatile uint32_t n = 0;; n++) {
    }
#elif defined(FAULT_exit)
    host_exit(3);
#elif defined(FAULT_silent)
    return STATUS_DONE; /* without its done event */
#elif defined(FAULT_hollow)
    done(); /* without a connection and without an error */
    return STATUS_DONE;
#elif defined(FAULT_waits)
    return STATUS_BLOCKED; /* for ever, on nothing */
#elif defined(FAULT_restless)
    return STATUS_READY; /* for ever */
#elif defined(FAULT_status)
    return 7;
#elif defined(FAULT_event)
    host_event(99, NULL, 0);
#elif defined(FAULT_short)
    host_event(TLSLAB_EVENT_DONE, "abc", 3);
#elif defined(FAULT_babble)
    for (;;) {
        host_event(TLSLAB_EVENT_PHASE, (uint32_t[5]) { PHASE_INIT }, 20);
    }
#elif defined(FAULT_float)
    ratio *= 2;
    done();
#endif
    return STATUS_READY;
}
