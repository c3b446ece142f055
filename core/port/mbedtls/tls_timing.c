/* MBEDTLS_TIMING_ALT on the host's virtual clock (mbedtls/timing.h). */
#include "tls.h"

#if defined(MBEDTLS_TIMING_C) && defined(MBEDTLS_TIMING_ALT)
#include "mbedtls/timing.h"

volatile int mbedtls_timing_alarmed = 0;

unsigned long mbedtls_timing_hardclock(void)
{
    return (unsigned long) host_monotonic_us();
}

unsigned long mbedtls_timing_get_timer(struct mbedtls_timing_hr_time *val, int reset)
{
    int64_t now = host_monotonic_us();

    if (reset) {
        val->start_us = now;
        return 0;
    }
    return (unsigned long) ((now - val->start_us) / 1000);
}

void mbedtls_set_alarm(int seconds)
{
    (void) seconds;
    mbedtls_timing_alarmed = 1;
}

void mbedtls_timing_set_delay(void *data, uint32_t int_ms, uint32_t fin_ms)
{
    mbedtls_timing_delay_context *ctx = data;

    ctx->int_ms = int_ms;
    ctx->fin_ms = fin_ms;
    ctx->start_us = host_monotonic_us();
}

int mbedtls_timing_get_delay(void *data)
{
    mbedtls_timing_delay_context *ctx = data;
    int64_t ms = (host_monotonic_us() - ctx->start_us) / 1000;

    if (ctx->fin_ms == 0) {
        return -1;
    }
    return ms >= ctx->fin_ms ? 2 : ms >= ctx->int_ms ? 1 : 0;
}
#endif
