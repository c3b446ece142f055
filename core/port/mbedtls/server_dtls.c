/* A server over datagrams (server_dtls.h). */
#define TLSLAB_DTLS 1
#include "server_dtls.h"

#include <string.h>

#include "dtls.h"
#include "server_params.h"

#if defined(MBEDTLS_SSL_PROTO_DTLS) && defined(MBEDTLS_SSL_SRV_C)

#if defined(MBEDTLS_SSL_COOKIE_C)
#include "mbedtls/ssl_cookie.h"
static mbedtls_ssl_cookie_ctx cookies;
#endif
static struct dtls_settings settings;
static int loaded;

void server_load(const unsigned char *p, uint32_t len)
{
#if defined(MBEDTLS_SSL_COOKIE_C)
    mbedtls_ssl_cookie_init(&cookies);
#endif
    if (len == sizeof(settings)) {
        memcpy(&settings, p, sizeof(settings));
        loaded = 1;
    }
}

int server_transport(void)
{
    return loaded ? MBEDTLS_SSL_TRANSPORT_DATAGRAM : MBEDTLS_SSL_TRANSPORT_STREAM;
}

static int cookies_conf(mbedtls_ssl_config *conf)
{
    int ret = 0;

#if defined(MBEDTLS_SSL_DTLS_HELLO_VERIFY)
    mbedtls_ssl_conf_dtls_cookies(conf, NULL, NULL, NULL);
#endif
    if (settings.cookie) {
#if defined(MBEDTLS_SSL_COOKIE_C)
        ret = mbedtls_ssl_cookie_setup(&cookies, rng_random, NULL);
        mbedtls_ssl_conf_dtls_cookies(conf, mbedtls_ssl_cookie_write, mbedtls_ssl_cookie_check, &cookies);
#else
        ret = MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
    }
    return ret;
}

int server_conf(mbedtls_ssl_config *conf)
{
    int ret;

    if (!loaded) {
        return 0;
    }
    ret = dtls_conf(conf, &settings);
    return ret != 0 ? ret : cookies_conf(conf);
}

/* Waits for whoever comes. */
static int await(mbedtls_ssl_context *ssl)
{
    dtls_listen();
#if defined(MBEDTLS_SSL_DTLS_HELLO_VERIFY)
    return mbedtls_ssl_set_client_transport_id(ssl, (const unsigned char *) "client", 6);
#else
    (void) ssl;
    return 0;
#endif
}

int server_setup(mbedtls_ssl_context *ssl)
{
    int ret;

    if (!loaded) {
        mbedtls_ssl_set_bio(ssl, NULL, wire_send, NULL, wire_recv);
        return 0;
    }
    ret = dtls_setup(ssl, &settings);
    return ret != 0 ? ret : await(ssl);
}

/* Of a ClientHello without a cookie nothing is kept (RFC 6347, 4.2.1); what the
 * session was told is not kept either, and is told again. */
int server_verified(mbedtls_ssl_context *ssl, int ret)
{
    if (ret != MBEDTLS_ERR_SSL_HELLO_VERIFY_REQUIRED) {
        return ret;
    }
    ret = mbedtls_ssl_session_reset(ssl);
#if defined(MBEDTLS_KEY_EXCHANGE_ECJPAKE_ENABLED) /* else no code for nothing */
    if (ret == 0) {
        ret = params_setup(ssl);
    }
#endif
    return ret != 0 ? ret : await(ssl);
}

int server_waits(void)
{
    return !loaded || dtls_waits();
}

void server_free(void)
{
#if defined(MBEDTLS_SSL_COOKIE_C)
    mbedtls_ssl_cookie_free(&cookies);
#endif
}

#endif
