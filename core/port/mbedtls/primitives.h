/* What the program of primitives is made of. */
#ifndef TLSLAB_PRIMITIVES_H
#define TLSLAB_PRIMITIVES_H

#define MBEDTLS_ALLOW_PRIVATE_ACCESS

#if defined(__has_include) && __has_include("mbedtls/build_info.h")
#include "mbedtls/build_info.h"
#else
#include MBEDTLS_CONFIG_FILE
#endif
#include "mbedtls/version.h"

#include "port.h"

/* One operation. All return 0 or an Mbed TLS error. */
struct primitive {
    const char *name;
    uint32_t size;                 /* of key or curve, bits; handed to prepare */
    int (*prepare)(uint32_t size); /* before the begin mark */
    int (*work)(void);
    void (*finish)(void); /* after the end mark; NULL: nothing */
    uint32_t rounds;      /* runs of work between the marks, at most 9; one more before where several */
};

#define PRIMITIVE_BYTES 1024u /* BUFSIZE of Mbed TLS's programs/test/benchmark.c */

extern unsigned char primitive_buffer[PRIMITIVE_BYTES];
/* Each ends with an entry without a name. */
extern const struct primitive primitives_plain[], primitives_rsa[], primitives_curve[];

/* f_rng and f_entropy of the library: cheap, and the same in every run. */
int primitive_random(void *state, unsigned char *out, size_t len);

#endif
