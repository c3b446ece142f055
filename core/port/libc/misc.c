/* The rest of the C library a TLS library may call: clock, calendar, exit,
 * and printf to the host's log. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../port.h"

int printf(const char *f, ...)
{
    char line[256];
    va_list ap;
    int n;

    va_start(ap, f);
    n = vsnprintf(line, sizeof(line), f, ap);
    va_end(ap);
    host_log(0, line, (uint32_t) (n < (int) sizeof(line) ? n : (int) sizeof(line) - 1));
    return n;
}

/* Compilers make these of a printf of plain text. */
int puts(const char *s)
{
    return printf("%s\n", s);
}

int putchar(int c)
{
    return printf("%c", c);
}

#if defined(TLSLAB_SNTP)
extern int64_t tlslab_clock_offset_s; /* client_sntp.c */
#else
#define tlslab_clock_offset_s 0
#endif

time_t time(time_t *t)
{
    time_t now = host_rtc_s() + tlslab_clock_offset_s;

    if (t != NULL) {
        *t = now;
    }
    return now;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int64_t us = host_monotonic_us();

    (void) clock;
    now->tv_sec = us / 1000000;
    now->tv_nsec = (long) (us % 1000000) * 1000;
    return 0;
}

/* Civil date from days since 1970-01-01, Gregorian calendar, years from 0. */
struct tm *gmtime_r(const time_t *t, struct tm *tm)
{
    int32_t days = (int32_t) (*t / 86400), rest = (int32_t) (*t % 86400);
    int32_t era, doe, yoe, doy, mp;

    if (rest < 0) {
        rest += 86400;
        days--;
    }
    tm->tm_hour = rest / 3600;
    tm->tm_min = rest % 3600 / 60;
    tm->tm_sec = rest % 60;
    tm->tm_wday = (days % 7 + 11) % 7;
    days += 719468; /* from 0000-03-01 */
    era = (days >= 0 ? days : days - 146096) / 146097;
    doe = days - era * 146097;
    yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    mp = (5 * doy + 2) / 153;
    tm->tm_mday = doy - (153 * mp + 2) / 5 + 1;
    tm->tm_mon = mp < 10 ? mp + 2 : mp - 10;
    tm->tm_year = yoe + era * 400 + (tm->tm_mon <= 1) - 1900;
    tm->tm_yday = mp >= 10 ? doy - 306
                : doy + 59 + (yoe % 4 == 0 && (yoe % 100 != 0 || yoe == 0));
    tm->tm_isdst = 0;
    return tm;
}

struct tm *gmtime(const time_t *t)
{
    static struct tm tm;

    return gmtime_r(t, &tm);
}

void exit(int code)
{
    host_exit(code);
    for (;;) {
    }
}

void abort(void)
{
    exit(134); /* 128 + SIGABRT, as a shell reports it */
}

/* Only the library's self-tests call it; a fixed sequence is what they want. */
int rand(void)
{
    static uint32_t x = 1;

    x = x * 1103515245u + 12345u;
    return (int) (x >> 16 & 0x7fff);
}
