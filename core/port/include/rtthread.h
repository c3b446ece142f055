/* RT-Thread's tls_config.h includes <rtthread.h> for the allocator's names and
 * for rtconfig.h; here the allocator is the counted arena's. */
#ifndef TLSLAB_RTTHREAD_H
#define TLSLAB_RTTHREAD_H
#include <stdlib.h>
#if __has_include("rtconfig.h") /* what menuconfig writes, beside one's own header */
#include "rtconfig.h"
#endif
#define rt_malloc malloc
#define rt_calloc calloc
#define rt_realloc realloc
#define rt_free free
#define RT_NULL NULL
#endif
