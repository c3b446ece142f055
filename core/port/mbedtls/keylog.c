/* Secrets for a key log (keylog.h): one event a secret, with the line that
 * Wireshark reads ("NSS Key Log Format", draft-ietf-tls-keylogfile). */
#include "keylog.h"

#include <stdio.h>
#include <string.h>

#define LABEL_CAP 33  /* CLIENT_HANDSHAKE_TRAFFIC_SECRET has 31 letters */
#define SECRET_CAP 64 /* bytes; SHA-384's have 48 */

static char line[LABEL_CAP + 2 * 32 + 1 + 2 * SECRET_CAP + 1];

static size_t hex(size_t at, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        at += (size_t) snprintf(line + at, sizeof(line) - at, "%02x", p[i]);
    }
    return at;
}

static void tell(const char *label, const unsigned char client_random[32],
                 const unsigned char *secret, size_t secret_len)
{
    size_t n;

    if (secret_len > SECRET_CAP) {
        return;
    }
    n = (size_t) snprintf(line, LABEL_CAP, "%s ", label);
    n = hex(n, client_random, 32);
    line[n++] = ' ';
    n = hex(n, secret, secret_len);
    host_event(TLSLAB_EVENT_KEYLOG, line, (uint32_t) n);
}

#if MBEDTLS_VERSION_NUMBER >= 0x03000000

static void export(void *ctx, mbedtls_ssl_key_export_type type, const unsigned char *secret,
                   size_t secret_len, const unsigned char client_random[32],
                   const unsigned char server_random[32], mbedtls_tls_prf_types prf)
{
    const char *label = NULL;

    (void) ctx;
    (void) server_random;
    (void) prf;
    switch (type) {
        case MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET:
            label = "CLIENT_RANDOM";
            break;
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && MBEDTLS_VERSION_NUMBER >= 0x03020000
        case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_EARLY_SECRET:
            label = "CLIENT_EARLY_TRAFFIC_SECRET";
            break;
        case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_EARLY_EXPORTER_SECRET:
            label = "EARLY_EXPORTER_SECRET";
            break;
        case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_HANDSHAKE_TRAFFIC_SECRET:
            label = "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
            break;
        case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_HANDSHAKE_TRAFFIC_SECRET:
            label = "SERVER_HANDSHAKE_TRAFFIC_SECRET";
            break;
        case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_APPLICATION_TRAFFIC_SECRET:
            label = "CLIENT_TRAFFIC_SECRET_0";
            break;
        case MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_APPLICATION_TRAFFIC_SECRET:
            label = "SERVER_TRAFFIC_SECRET_0";
            break;
#endif
        default:
            break;
    }
    if (label != NULL) {
        tell(label, client_random, secret, secret_len);
    }
}

void keylog_conf(mbedtls_ssl_config *conf)
{
    (void) conf;
}

void keylog_setup(mbedtls_ssl_context *ssl)
{
    mbedtls_ssl_set_export_keys_cb(ssl, export, NULL);
}

#else

#define MASTER_SECRET 48 /* bytes (RFC 5246, 8.1) */

static int export(void *ctx, const unsigned char *ms, const unsigned char *kb, size_t maclen,
                  size_t keylen, size_t ivlen, const unsigned char client_random[32],
                  const unsigned char server_random[32], mbedtls_tls_prf_types prf)
{
    (void) ctx;
    (void) kb;
    (void) maclen;
    (void) keylen;
    (void) ivlen;
    (void) server_random;
    (void) prf;
    tell("CLIENT_RANDOM", client_random, ms, MASTER_SECRET);
    return 0;
}

void keylog_conf(mbedtls_ssl_config *conf)
{
    mbedtls_ssl_conf_export_keys_ext_cb(conf, export, NULL);
}

void keylog_setup(mbedtls_ssl_context *ssl)
{
    (void) ssl;
}

#endif
