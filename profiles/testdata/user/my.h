/* A device's own header. 
 * #define MBEDTLS_DES_C */
#ifndef DEVICE_TLS_H
#define DEVICE_TLS_H

#define MBEDTLS_AES_C
#define MBEDTLS_SSL_PROTO_TLS1
#define MBEDTLS_SSL_CIPHERSUITES \
    MBEDTLS_TLS_RSA_WITH_AES_256_CBC_SHA256, \
    MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8
// #define MBEDTLS_GCM_C
#  define MBEDTLS_SSL_MAX_CONTENT_LEN   3584 /* bytes */
#define MBEDTLS_CCM_C
#undef MBEDTLS_CCM_C
#define device_min(a, b) ((a) < (b) ? (a) : (b))

#include "mbedtls/check_config.h"

#endif
