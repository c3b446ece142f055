/* The reference server: certificates, keys, suite and answer come from the
 * host at run time, so that one image serves every scenario. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "params.h"
#include "tls.h"

static enum { START, HANDSHAKE, READ, WRITE, CLOSE, OVER } stage;
static mbedtls_ssl_context ssl;
static mbedtls_ssl_config conf;
static mbedtls_x509_crt chain;
static mbedtls_pk_context key;
static int suites[2];
static const unsigned char *head;
static uint32_t head_len, sent, request_tail, received;

static int load(void)
{
    uint32_t chain_len, key_len, psk_len, identity_len;
    const unsigned char *pem = param(PARAM_CHAIN, &chain_len), *key_pem = param(PARAM_KEY, &key_len);
    const unsigned char *psk = param(PARAM_PSK, &psk_len), *identity = param(PARAM_PSK_IDENTITY, &identity_len);
    int ret;

    head = param(PARAM_HEAD, &head_len);
    if (chain_len > 0) {
        if ((ret = mbedtls_x509_crt_parse(&chain, pem, chain_len + 1)) != 0) {
            return ret;
        }
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
        ret = mbedtls_pk_parse_key(&key, key_pem, key_len + 1, NULL, 0, rng_random, NULL);
#else
        ret = mbedtls_pk_parse_key(&key, key_pem, key_len + 1, NULL, 0);
#endif
        if (ret != 0 || (ret = mbedtls_ssl_conf_own_cert(&conf, &chain, &key)) != 0) {
            return ret;
        }
    }
    return psk_len == 0 ? 0 : mbedtls_ssl_conf_psk(&conf, psk, psk_len, identity, identity_len);
}

/* Speaks one version alone. Without a word it is the core's own choice. */
static void speak(uint32_t version)
{
    if (version == 0) {
        return;
    }
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
    mbedtls_ssl_conf_min_tls_version(&conf, (mbedtls_ssl_protocol_version) version);
    mbedtls_ssl_conf_max_tls_version(&conf, (mbedtls_ssl_protocol_version) version);
#else
    mbedtls_ssl_conf_min_version(&conf, (int) (version >> 8), (int) (version & 0xff));
    mbedtls_ssl_conf_max_version(&conf, (int) (version >> 8), (int) (version & 0xff));
#endif
}

/* Knows the password of ECJPAKE, where there is one. */
static int password(void)
{
    uint32_t len;
    const unsigned char *p = param(PARAM_PASSWORD, &len);

    if (len == 0) {
        return 0;
    }
#if defined(MBEDTLS_KEY_EXCHANGE_ECJPAKE_ENABLED)
    return mbedtls_ssl_set_hs_ecjpake_password(&ssl, p, len);
#else
    (void) p;
    return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
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
    int ret;

    report_phase(PHASE_INIT);
    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_config_init(&conf);
    mbedtls_x509_crt_init(&chain);
    mbedtls_pk_init(&key);
    if ((ret = rng_seed()) != 0 ||
        (ret = mbedtls_ssl_config_defaults(&conf, MBEDTLS_SSL_IS_SERVER,
                                           MBEDTLS_SSL_TRANSPORT_STREAM,
                                           MBEDTLS_SSL_PRESET_DEFAULT)) != 0) {
        return ret;
    }
    mbedtls_ssl_conf_rng(&conf, rng_random, NULL);
    suites[0] = (int) param_word(PARAM_SUITE);
    if (suites[0] != 0) {
        mbedtls_ssl_conf_ciphersuites(&conf, suites);
#if defined(MBEDTLS_ARC4_C) && MBEDTLS_VERSION_NUMBER < 0x03000000
        mbedtls_ssl_conf_arc4_support(&conf, MBEDTLS_SSL_ARC4_ENABLED);
#endif
    }
    speak(param_word(PARAM_VERSION));
    if ((ret = insist(param_word(PARAM_GROUP))) != 0 || (ret = load()) != 0 ||
        (ret = mbedtls_ssl_setup(&ssl, &conf)) != 0 || (ret = password()) != 0) {
        return ret;
    }
    mbedtls_ssl_set_bio(&ssl, NULL, wire_send, NULL, wire_recv);
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
    return ret;
}

/* Reads until the request's empty line: CR LF CR LF. */
static int read_request(void)
{
    unsigned char c[256];
    int n = mbedtls_ssl_read(&ssl, c, sizeof(c));

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
    unsigned char c[512];
    uint32_t all = head_len + param_word(PARAM_BODY), want = all - sent, n = 0;
    int ret;

    for (; n < want && n < sizeof(c); n++) {
        uint32_t i = sent + n;
        c[n] = i < head_len ? head[i] : (unsigned char) ('a' + i % 26);
    }
    ret = mbedtls_ssl_write(&ssl, c, n);
    if (ret < 0) {
        return ret;
    }
    sent += (uint32_t) ret;
    if (sent == all) {
        stage = CLOSE;
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
        return STATUS_BLOCKED;
    }
    if (ret != 0) {
        report_error(ret, 0);
        finish();
        return STATUS_DONE;
    }
    return STATUS_READY;
}
