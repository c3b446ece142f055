/* What client and server share: the core's headers, random numbers, the wire,
 * and reports to the host. Written against every core from Mbed TLS 2.16 on. */
#ifndef TLSLAB_TLS_H
#define TLSLAB_TLS_H

#define MBEDTLS_ALLOW_PRIVATE_ACCESS /* 3.x hides ssl.state, which phases need */

#if defined(__has_include) && __has_include("mbedtls/build_info.h")
#include "mbedtls/build_info.h"
#else
#include MBEDTLS_CONFIG_FILE
#endif
#include "mbedtls/ssl.h"
#include "mbedtls/version.h"

#if defined(MBEDTLS_X509_CRT_PARSE_C)
#include "mbedtls/x509_crt.h"
#endif

#include "port.h"

#if defined(MBEDTLS_KEY_EXCHANGE__SOME__PSK_ENABLED) || \
    defined(MBEDTLS_KEY_EXCHANGE_SOME_PSK_ENABLED) || \
    defined(MBEDTLS_SSL_HANDSHAKE_WITH_PSK_ENABLED)
#define TLSLAB_PSK 1
#endif

/* From 3.0 on the TLS layer may call PSA by itself. */
#if defined(MBEDTLS_USE_PSA_CRYPTO) || \
    (defined(MBEDTLS_PSA_CRYPTO_C) && MBEDTLS_VERSION_NUMBER >= 0x03000000)
#define TLSLAB_PSA 1
#endif

/* tls_rng.c: seeds the DRBG the core has; 0 or an Mbed TLS error. */
int rng_seed(void);
void rng_free(void);
int rng_random(void *ctx, unsigned char *out, size_t len);

/* tls_report.c */
void report_phase(enum tlslab_phase p);  /* no-op when p is already under way */
void report_state(int ssl_state);        /* the phase of a handshake state */
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
void report_handshake(const mbedtls_ssl_context *ssl); /* report_state, with the states of TLS 1.3 */
#else
#define report_handshake(ssl) report_state((ssl)->state)
#endif
void report_connected(mbedtls_ssl_context *ssl);
void report_error(int ret, uint32_t verify_flags);
void report_done(uint32_t app_bytes);

/* tls_wire.c: mbedtls_ssl_set_bio callbacks. */
int wire_send(void *ctx, const unsigned char *buf, size_t len);
int wire_recv(void *ctx, unsigned char *buf, size_t len, uint32_t timeout_ms);

/* Generated from config and scenario (core). */
extern const char tlslab_options[];
extern const uint32_t tlslab_options_len;

#endif
