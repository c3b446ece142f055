#ifndef TLSLAB_TIME_H
#define TLSLAB_TIME_H
#include <stddef.h>
typedef long long time_t;
struct tm {
    int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst;
};
time_t time(time_t *t);
struct tm *gmtime(const time_t *t);
struct tm *gmtime_r(const time_t *t, struct tm *tm);

/* What clocks in milliseconds are made of. */
#define _POSIX_VERSION 199309L
#define CLOCK_MONOTONIC 1
typedef int clockid_t;
struct timespec {
    time_t tv_sec;
    long tv_nsec;
};
int clock_gettime(clockid_t clock, struct timespec *now);
#endif
