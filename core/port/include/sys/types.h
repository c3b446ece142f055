#ifndef TLSLAB_SYS_TYPES_H
#define TLSLAB_SYS_TYPES_H
#include <stddef.h>
#include <stdint.h>
typedef long ssize_t;
typedef long off_t;
typedef unsigned mode_t;
#endif
