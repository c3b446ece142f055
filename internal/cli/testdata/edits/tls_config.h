/* A header of its own, which includes one beside it and one elsewhere. */
#ifndef TLS_CONFIG_H
#define TLS_CONFIG_H
#define MBEDTLS_CIPHER_C
#define MBEDTLS_CIPHER_NULL_CIPHER
#define MBEDTLS_KEY_EXCHANGE_PSK_ENABLED
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_TLS_C
#include "sizes.h"
#include "mbedtls/check_config.h"
#endif
