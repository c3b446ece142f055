/* A server: waits for a client, handshakes step by step, reads an HTTP request,
 * answers and closes. Certificates, keys, suite and answer are parameters. The
 * reference server gets them from its host at run time, so that one image serves
 * every scenario; the measured guest (TLSLAB_DEVICE) has them compiled in. */
#include "debuglog.h"
#include "keylog.h"
#include "params.h"
#include "server_dtls.h"
#include "server_extensions.h"
#include "server_features.h"
#include "server_lies.h"
#include "server_own.h"
#include "server_params.h"
#include "server_pss.h"
#include "server_resume.h"
#include "tls.h"

#if !defined(MBEDTLS_SSL_SRV_C)
#error "MBEDTLS_SSL_SRV_C is needed: the guest is a TLS server"
#endif

/* How long a device waits for its client, as client.c for its server. */
#define READ_TIMEOUT_MS 30000

static enum { START, HANDSHAKE, READ, WRITE, CLOSE, OVER } stage;
static const unsigned char *head;
static uint32_t head_len, sent, received;
static mbedtls_ssl_context ssl;
static mbedtls_ssl_config conf;
static uint32_t request_tail;
static int answered;

static int start(void)
{
    const unsigned char *dtls;
    uint32_t dtls_len;
    int ret;

    host_event(TLSLAB_EVENT_OPTIONS, tlslab_options, tlslab_options_len);
    report_phase(PHASE_INIT);
    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_config_init(&conf);
    own_init();
    dtls = param(PARAM_DTLS, &dtls_len);
    server_load(dtls, dtls_len);
    if ((ret = rng_seed()) != 0 ||
        (ret = mbedtls_ssl_config_defaults(&conf, MBEDTLS_SSL_IS_SERVER,
                                           server_transport(), MBEDTLS_SSL_PRESET_DEFAULT)) != 0) {
        return ret;
    }
    mbedtls_ssl_conf_rng(&conf, rng_random, NULL);
    debug_conf(&conf);
    keylog_conf(&conf);
#if defined(TLSLAB_DEVICE)
    mbedtls_ssl_conf_read_timeout(&conf, READ_TIMEOUT_MS);
#endif
    if ((ret = params_conf(&conf)) != 0 || (ret = server_features_conf(&conf)) != 0 ||
        (ret = server_conf(&conf)) != 0 ||
        (ret = mbedtls_ssl_setup(&ssl, &conf)) != 0 || (ret = server_setup(&ssl)) != 0 ||
        (ret = params_setup(&ssl)) != 0) {
        return ret;
    }
    keylog_setup(&ssl);
    head = param(PARAM_HEAD, &head_len);
    stage = HANDSHAKE;
    return 0;
}

static int handshake(void)
{
    int ret;

    if (server_resume_first()) {
        report_phase(PHASE_FIRST_CONNECTION);
    } else {
        report_handshake(&ssl);
    }
    ret = mbedtls_ssl_handshake_step(&ssl);
    server_lies(&ssl);
    server_pss(&ssl);
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
    int n, ret;

    if (!server_renegotiated(&ssl, &ret)) {
        return ret;
    }
    n = mbedtls_ssl_read(&ssl, c, sizeof(c));
    if (n == MBEDTLS_ERR_SSL_CLIENT_RECONNECT) { /* SSL_DTLS_CLIENT_PORT_REUSE */
        request_tail = 0;
        stage = HANDSHAKE;
#if defined(MBEDTLS_KEY_EXCHANGE_ECJPAKE_ENABLED) && defined(TLSLAB_DTLS) /* the library has reset the session */
        return params_setup(&ssl);
#else
        return 0;
#endif
    }
    if (server_resume_again(&ssl, &n)) {
        stage = HANDSHAKE;
        return n;
    }
    if (answered && (n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || n == MBEDTLS_ERR_SSL_TIMEOUT)) {
        stage = CLOSE; /* over datagrams; the close_notify may have got lost */
        return 0;
    }
    if (n <= 0) {
        return n == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : n;
    }
    if ((ret = server_extensions_read(&ssl, received == 0, n)) != 0) {
        return ret;
    }
    received = answered ? (uint32_t) n : received + (uint32_t) n;
    answered = 0;
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
    if (sent == all && server_resume_first()) { /* a client that asked before it comes again */
        sent = request_tail = received = 0;
        stage = READ;
        return server_resume_answered(&ssl);
    }
    if (sent == all) {
        answered = 1;
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
    report_phase(PHASE_CLOSE);
    if (stage == CLOSE) {
        (void) mbedtls_ssl_close_notify(&ssl);
    }
    mbedtls_ssl_free(&ssl);
    mbedtls_ssl_config_free(&conf);
    own_free();
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
            report_phase(server_resume_first() ? PHASE_FIRST_CONNECTION : PHASE_APP_READ);
            ret = read_request();
            break;
        case WRITE:
            report_phase(server_resume_first() ? PHASE_FIRST_CONNECTION : PHASE_APP_WRITE);
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
