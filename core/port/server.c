/* The reference server: certificates, keys, suite and answer come from the
 * host at run time, so that one image serves every scenario. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "params.h"
#include "server_dtls.h"
#include "server_features.h"
#include "server_params.h"
#include "server_resume.h"
#include "tls.h"

static enum { START, HANDSHAKE, READ, WRITE, CLOSE, OVER } stage;
static mbedtls_ssl_context ssl;
static mbedtls_ssl_config conf;
static const unsigned char *head;
static uint32_t head_len, sent, request_tail, received;

static int start(void)
{
    const unsigned char *dtls;
    uint32_t dtls_len;
    int ret;

    report_phase(PHASE_INIT);
    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_config_init(&conf);
    params_init();
    dtls = param(PARAM_DTLS, &dtls_len);
    server_load(dtls, dtls_len);
    if ((ret = rng_seed()) != 0 ||
        (ret = mbedtls_ssl_config_defaults(&conf, MBEDTLS_SSL_IS_SERVER,
                                           server_transport(), MBEDTLS_SSL_PRESET_DEFAULT)) != 0) {
        return ret;
    }
    mbedtls_ssl_conf_rng(&conf, rng_random, NULL);
    if ((ret = params_conf(&conf)) != 0 || (ret = server_features_conf(&conf)) != 0 || (ret = server_conf(&conf)) != 0 ||
        (ret = mbedtls_ssl_setup(&ssl, &conf)) != 0 || (ret = server_setup(&ssl)) != 0 ||
        (ret = params_setup(&ssl)) != 0) {
        return ret;
    }
    head = param(PARAM_HEAD, &head_len);
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
    return server_features_agreed(&ssl, server_verified(&ssl, ret));
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
    if (server_resume_again(&ssl, &n)) {
        stage = HANDSHAKE;
        return n;
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
    params_free();
    server_features_free();
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
