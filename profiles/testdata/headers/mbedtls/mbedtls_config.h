/**
 * \file mbedtls_config.h
 *
 * A product's configuration in the form of the library's own: every option of
 * interest with a comment, commented out where it is off.
 */
#ifndef MBEDTLS_CONFIG_H
#define MBEDTLS_CONFIG_H

#if defined(_MSC_VER) && !defined(_CRT_SECURE_NO_DEPRECATE)
#define _CRT_SECURE_NO_DEPRECATE 1
#endif

/** \def MBEDTLS_HAVE_ASM */
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE

/* The system's own allocator. */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_CALLOC_MACRO pvPortCalloc /**< product_heap.c */
#define MBEDTLS_PLATFORM_FREE_MACRO   vPortFree
#define MBEDTLS_PLATFORM_SNPRINTF_MACRO(s, n, ...) product_snprintf(s, n, __VA_ARGS__)
//#define MBEDTLS_PLATFORM_EXIT_ALT

#define MBEDTLS_NET_C
#define MBEDTLS_FS_IO
#define MBEDTLS_TIMING_C
#define MBEDTLS_THREADING_C
#define MBEDTLS_THREADING_ALT
#define MBEDTLS_ENTROPY_C
#define MBEDTLS_CTR_DRBG_C

#define MBEDTLS_AES_C
//#define MBEDTLS_AES_ALT
#define MBEDTLS_CCM_C
#define MBEDTLS_CIPHER_C
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_KEY_EXCHANGE_PSK_ENABLED

#define MBEDTLS_SSL_CIPHERSUITES           \
    MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8,    \
    MBEDTLS_TLS_PSK_WITH_AES_256_CCM_8
#define MBEDTLS_SSL_MAX_CONTENT_LEN        (4 * 1024) /* bytes */

#if !defined(MBEDTLS_CONFIG_PSA) && defined(MBEDTLS_USER_CONFIG_FILE)
#include MBEDTLS_USER_CONFIG_FILE
#endif

#include "mbedtls/check_config.h"

#endif /* MBEDTLS_CONFIG_H */
