/* RT-Thread's tls_config.h includes <rtthread.h> for the allocator's names
 * and nothing else; here they are the counted arena's. */
#ifndef TLSLAB_RTTHREAD_H
#define TLSLAB_RTTHREAD_H
#include <stdlib.h>
#define rt_malloc malloc
#define rt_calloc calloc
#define rt_realloc realloc
#define rt_free free
#define RT_NULL NULL
#endif
