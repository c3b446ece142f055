/* DTLS on the host's datagrams and virtual clock. */
#include "dtls.h"

#if defined(MBEDTLS_SSL_PROTO_DTLS)

/* As mbedtls_timing_set_delay, without MBEDTLS_TIMING_C: a device has a clock
 * and no need of the rest. */
static struct {
    int64_t start_us;
    uint32_t int_ms, fin_ms;
} timer;

static int listening, waits;

static void timer_set(void *ctx, uint32_t int_ms, uint32_t fin_ms)
{
    (void) ctx;
    timer.int_ms = int_ms;
    timer.fin_ms = fin_ms;
    timer.start_us = host_monotonic_us();
}

static int timer_get(void *ctx)
{
    int64_t us = host_monotonic_us() - timer.start_us;

    (void) ctx;
    if (timer.fin_ms == 0) {
        return -1;
    }
    return us >= 1000 * (int64_t) timer.fin_ms ? 2 : us >= 1000 * (int64_t) timer.int_ms;
}

static int dtls_recv(void *ctx, unsigned char *buf, size_t len, uint32_t timeout_ms)
{
    int ret = wire_recv(ctx, buf, len, listening ? 0 : timeout_ms);

    waits = ret == MBEDTLS_ERR_SSL_WANT_READ;
    if (ret > 0) {
        listening = 0;
    }
    return ret;
}

int dtls_conf(mbedtls_ssl_config *conf, const struct dtls_settings *s)
{
    mbedtls_ssl_conf_handshake_timeout(conf, s->timeout_min_ms, s->timeout_max_ms);
#if defined(MBEDTLS_SSL_DTLS_BADMAC_LIMIT) || MBEDTLS_VERSION_NUMBER >= 0x03000000
    mbedtls_ssl_conf_dtls_badmac_limit(conf, s->badmac_limit);
#else
    if (s->badmac_limit != 0) {
        return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
    }
#endif
#if MBEDTLS_VERSION_NUMBER < 0x03000000
    if (s->version != 0) {
        mbedtls_ssl_conf_max_version(conf, (int) (s->version >> 8), (int) (s->version & 0xff));
    }
#endif
    if (s->cid_len == 0) {
        return 0;
    }
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
    return mbedtls_ssl_conf_cid(conf, s->cid_len, MBEDTLS_SSL_UNEXPECTED_CID_IGNORE);
#else
    return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
}

int dtls_setup(mbedtls_ssl_context *ssl, const struct dtls_settings *s)
{
    mbedtls_ssl_set_timer_cb(ssl, NULL, timer_set, timer_get);
#if MBEDTLS_VERSION_NUMBER >= 0x020d0000
    mbedtls_ssl_set_mtu(ssl, (uint16_t) s->mtu);
#endif
    mbedtls_ssl_set_bio(ssl, NULL, wire_send, NULL, dtls_recv);
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
    if (s->cid_len > 0) {
        static const unsigned char cid[MBEDTLS_SSL_CID_IN_LEN_MAX] = { 'c', 'i', 'd' };

        return mbedtls_ssl_set_cid(ssl, MBEDTLS_SSL_CID_ENABLED, cid, s->cid_len);
    }
#endif
    return 0;
}

int dtls_connected(mbedtls_ssl_context *ssl, const struct dtls_settings *s)
{
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
    if (s->cid_len > 0) {
        int enabled = MBEDTLS_SSL_CID_DISABLED;
        int ret = mbedtls_ssl_get_peer_cid(ssl, &enabled, NULL, NULL);

        if (ret != 0 || enabled != MBEDTLS_SSL_CID_ENABLED) {
            return ret != 0 ? ret : MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
        }
    }
#endif
    (void) ssl;
    (void) s;
    return 0;
}

void dtls_listen(void)
{
    listening = 1;
}

int dtls_waits(void)
{
    int was = waits;

    waits = 0;
    return was;
}

#endif
