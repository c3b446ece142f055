/* The options of this library; all that a configuration may set. */
#ifndef MBEDTLS_CONFIG_H
#define MBEDTLS_CONFIG_H

/** Hashes with a loop in place of unrolled rounds: smaller and slower. */
//#define MBEDTLS_SHA256_SMALLER

#define MBEDTLS_CIPHER_C
#define MBEDTLS_CIPHER_NULL_CIPHER
#define MBEDTLS_KEY_EXCHANGE_PSK_ENABLED
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_TLS_C

/** Most bytes of a pre-shared key. */
//#define MBEDTLS_PSK_MAX_LEN 32

/** Most bytes of a record's text. */
//#define MBEDTLS_SSL_MAX_CONTENT_LEN 16384

#include "mbedtls/check_config.h"

#endif
