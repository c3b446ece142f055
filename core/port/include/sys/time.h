/* Named by headers written for other C libraries; time() is in time.h. */
#ifndef TLSLAB_SYS_TIME_H
#define TLSLAB_SYS_TIME_H
#include <time.h>
struct timeval {
    time_t tv_sec;
    long tv_usec;
};
#endif
