/* MBEDTLS_TIMING_ALT: timers on the host's virtual clock. */
#ifndef TLSLAB_TIMING_ALT_H
#define TLSLAB_TIMING_ALT_H
#include <stdint.h>
struct mbedtls_timing_hr_time {
    int64_t start_us;
};
typedef struct mbedtls_timing_delay_context {
    int64_t start_us;
    uint32_t int_ms, fin_ms;
} mbedtls_timing_delay_context;
extern volatile int mbedtls_timing_alarmed;
unsigned long mbedtls_timing_hardclock(void);
unsigned long mbedtls_timing_get_timer(struct mbedtls_timing_hr_time *val, int reset);
void mbedtls_set_alarm(int seconds);
void mbedtls_timing_set_delay(void *data, uint32_t int_ms, uint32_t fin_ms);
int mbedtls_timing_get_delay(void *data);
#endif
