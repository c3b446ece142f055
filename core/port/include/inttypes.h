#ifndef TLSLAB_INTTYPES_H
#define TLSLAB_INTTYPES_H
#include <stdint.h>
#define PRId32 "ld"
#define PRIu32 "lu"
#define PRIx32 "lx"
#define PRIX32 "lX"
#define PRId64 "lld"
#define PRIu64 "llu"
#define PRIx64 "llx"
#define PRIX64 "llX"
#endif
