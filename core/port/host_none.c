/* Host functions of an image that is linked to be measured, not run. Both the
 * image with TLS and the one without contain them, so their size cancels. */
#include "port.h"

#define NONE(...) __VA_ARGS__ { __asm__ volatile("bkpt 0"); return 0; }

NONE(int32_t host_entropy(void *buf __attribute__((unused)), uint32_t len __attribute__((unused))))
NONE(int64_t host_monotonic_us(void))
NONE(int64_t host_rtc_s(void))
NONE(int32_t host_send(const void *buf __attribute__((unused)), uint32_t len __attribute__((unused))))
NONE(int32_t host_recv(void *buf __attribute__((unused)), uint32_t len __attribute__((unused)), uint32_t timeout_ms __attribute__((unused))))

void host_event(uint32_t kind, const void *payload, uint32_t len)
{
    (void) kind, (void) payload, (void) len;
    __asm__ volatile("bkpt 0");
}

void host_log(uint32_t level, const char *text, uint32_t len)
{
    (void) level, (void) text, (void) len;
    __asm__ volatile("bkpt 0");
}

void host_exit(int32_t code)
{
    (void) code;
    for (;;) {
        __asm__ volatile("bkpt 0");
    }
}
