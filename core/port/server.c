/* The reference server: certificates, keys, suite and answer come from the
 * host at run time, so that one image serves every scenario. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "server_dtls.h"
#include "tls.h"

/* Filled by the host before the first step (emu/peer): nine words, then the
 * bytes they measure, in this order, each followed by a NUL. */
#define PARAMS_CAP (64u * 1024u)
__attribute__((aligned(4))) unsigned char tlslab_params[PARAMS_CAP];
const uint32_t tlslab_params_cap = PARAMS_CAP;

struct params {
    uint32_t suite;      /* IANA number of the one suite to offer */
    uint32_t body;       /* bytes of the answer's body */
    uint32_t group;      /* named group to insist on (RFC 8422); 0: the core's own list */
    uint32_t dtls_len;   /* bytes of struct dtls_settings, which come last; 0: a stream */
    uint32_t chain_len;  /* PEM: leaf first; 0: no certificates */
    uint32_t key_len;    /* PEM */
    uint32_t psk_len;
    uint32_t identity_len;
    uint32_t head_len;   /* the answer's HTTP header */
};

static enum { START, HANDSHAKE, READ, WRITE, CLOSE, OVER } stage;
static mbedtls_ssl_context ssl;
static mbedtls_ssl_config conf;
static mbedtls_x509_crt chain;
static mbedtls_pk_context key;
static int suites[2];
static const unsigned char *head;
static uint32_t sent, request_tail, received;

static const struct params *params(void)
{
    return (const struct params *) tlslab_params;
}

static int load(const unsigned char *p)
{
    const struct params *q = params();
    int ret;

    if (q->chain_len > 0) {
        const unsigned char *pem = p;
        if ((ret = mbedtls_x509_crt_parse(&chain, pem, q->chain_len + 1)) != 0) {
            return ret;
        }
        p += q->chain_len + 1;
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
        ret = mbedtls_pk_parse_key(&key, p, q->key_len + 1, NULL, 0, rng_random, NULL);
#else
        ret = mbedtls_pk_parse_key(&key, p, q->key_len + 1, NULL, 0);
#endif
        if (ret != 0 || (ret = mbedtls_ssl_conf_own_cert(&conf, &chain, &key)) != 0) {
            return ret;
        }
        p += q->key_len + 1;
    } else {
        p += 1 + q->key_len + 1;
    }
    if (q->psk_len > 0) {
        ret = mbedtls_ssl_conf_psk(&conf, p, q->psk_len, p + q->psk_len + 1, q->identity_len);
        if (ret != 0) {
            return ret;
        }
    }
    head = p + q->psk_len + 1 + q->identity_len + 1;
    return 0;
}

/* Offers one group alone: left to itself, the core takes the largest curve
 * both ends have. */
static int insist(uint32_t group)
{
    static uint16_t groups[2];
    const mbedtls_ecp_curve_info *info;

    if (group == 0) {
        return 0;
    }
    groups[0] = (uint16_t) group;
    info = mbedtls_ecp_curve_info_from_tls_id(groups[0]);
    if (info == NULL) {
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    }
#if MBEDTLS_VERSION_NUMBER >= 0x03010000
    mbedtls_ssl_conf_groups(&conf, groups);
#else
    {
        static mbedtls_ecp_group_id curves[2];

        curves[0] = info->grp_id;
        curves[1] = MBEDTLS_ECP_DP_NONE;
        mbedtls_ssl_conf_curves(&conf, curves);
    }
#endif
    return 0;
}

static int start(void)
{
    const struct params *q = params();
    int ret;

    report_phase(PHASE_INIT);
    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_config_init(&conf);
    mbedtls_x509_crt_init(&chain);
    mbedtls_pk_init(&key);
    server_load(tlslab_params + sizeof(*q) + q->chain_len + q->key_len + q->psk_len + q->identity_len + q->head_len + 5,
                   q->dtls_len);
    if ((ret = rng_seed()) != 0 ||
        (ret = mbedtls_ssl_config_defaults(&conf, MBEDTLS_SSL_IS_SERVER,
                                           server_transport(), MBEDTLS_SSL_PRESET_DEFAULT)) != 0) {
        return ret;
    }
    mbedtls_ssl_conf_rng(&conf, rng_random, NULL);
    suites[0] = (int) params()->suite;
    if (suites[0] != 0) {
        mbedtls_ssl_conf_ciphersuites(&conf, suites);
    }
    if ((ret = insist(params()->group)) != 0 || (ret = load(tlslab_params + sizeof(struct params))) != 0 ||
        (ret = server_conf(&conf)) != 0 || (ret = mbedtls_ssl_setup(&ssl, &conf)) != 0 ||
        (ret = server_setup(&ssl)) != 0) {
        return ret;
    }
    stage = HANDSHAKE;
    return 0;
}

static int handshake(void)
{
    int ret;

    report_state(ssl.state);
    ret = mbedtls_ssl_handshake_step(&ssl);
    if (ret == 0 && ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER) {
        report_connected(&ssl);
        stage = READ;
    }
    return server_verified(&ssl, ret);
}

/* Reads until the request's empty line: CR LF CR LF. */
static int read_request(void)
{
    unsigned char c[256];
    int n = mbedtls_ssl_read(&ssl, c, sizeof(c));

    if (n == MBEDTLS_ERR_SSL_CLIENT_RECONNECT) { /* SSL_DTLS_CLIENT_PORT_REUSE */
        request_tail = 0;
        stage = HANDSHAKE;
        return 0;
    }
    if (n <= 0) {
        return n == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : n;
    }
    received += (uint32_t) n;
    for (int i = 0; i < n; i++) {
        request_tail = request_tail << 8 | c[i];
        if (request_tail == 0x0d0a0d0au) {
            stage = WRITE;
        }
    }
    return 0;
}

static int write_answer(void)
{
    const struct params *q = params();
    unsigned char c[512];
    uint32_t want = q->head_len + q->body - sent, n = 0;
    int ret;

    for (; n < want && n < sizeof(c); n++) {
        uint32_t i = sent + n;
        c[n] = i < q->head_len ? head[i] : (unsigned char) ('a' + i % 26);
    }
    ret = mbedtls_ssl_write(&ssl, c, n);
    if (ret < 0) {
        return ret;
    }
    sent += (uint32_t) ret;
    if (sent == q->head_len + q->body) {
        stage = CLOSE;
        if (server_transport() == MBEDTLS_SSL_TRANSPORT_DATAGRAM) { /* the answer may get lost: the client ends this */
            sent = request_tail = 0;
            stage = READ;
        }
    }
    return 0;
}

static void finish(void)
{
    if (stage == CLOSE) {
        (void) mbedtls_ssl_close_notify(&ssl);
    }
    mbedtls_ssl_free(&ssl);
    mbedtls_ssl_config_free(&conf);
    mbedtls_x509_crt_free(&chain);
    mbedtls_pk_free(&key);
    server_free();
    rng_free();
    stage = OVER;
    report_done(received);
}

int32_t tlslab_step(void)
{
    int ret = 0;

    switch (stage) {
        case START:
            ret = start();
            break;
        case HANDSHAKE:
            ret = handshake();
            break;
        case READ:
            report_phase(PHASE_APP_READ);
            ret = read_request();
            break;
        case WRITE:
            report_phase(PHASE_APP_WRITE);
            ret = write_answer();
            break;
        case CLOSE:
            finish();
            return STATUS_DONE;
        default:
            host_exit(2);
    }
    if (ret == MBEDTLS_ERR_SSL_WANT_READ || ret == MBEDTLS_ERR_SSL_WANT_WRITE) {
        return server_waits() ? STATUS_BLOCKED : STATUS_READY;
    }
    if (ret != 0) {
        report_error(ret, 0);
        finish();
        return STATUS_DONE;
    }
    return STATUS_READY;
}
