/* The measured guest: a TLS client that initialises, parses its root
 * certificates, handshakes step by step, sends an HTTP request, reads the
 * answer and closes. client_empty.c is the same without TLS. */
#include "arena.h"
#include "client_dtls.h"
#include "client_features.h"
#include "client_sntp.h"
#include "debuglog.h"
#include "keylog.h"
#include "scenario.h"
#include "tls.h"

#if !defined(MBEDTLS_SSL_CLI_C)
#error "MBEDTLS_SSL_CLI_C is needed: the guest is a TLS client"
#endif

/* How long a read waits: the manual's port sets no limit; a bound keeps a
 * dead peer from looking like a hung guest. */
#define READ_TIMEOUT_MS 30000

#if !defined(TLSLAB_ROOT_DER)
#define PARSE_ROOT mbedtls_x509_crt_parse
#elif MBEDTLS_VERSION_NUMBER >= 0x02110000
#define PARSE_ROOT mbedtls_x509_crt_parse_der_nocopy /* it stays in flash: no copy on the heap */
#else
#define PARSE_ROOT mbedtls_x509_crt_parse_der
#endif

static enum { START, HANDSHAKE, WRITE, READ, CLOSE, OVER } stage;
static uint32_t sent, received;
static unsigned char buffer[1024]; /* the manual's 1 KiB test buffer (6.2) */
static mbedtls_ssl_context ssl;
static mbedtls_ssl_config conf;
#if defined(MBEDTLS_X509_CRT_PARSE_C)
static mbedtls_x509_crt cacert;
#endif

static int client_init(void)
{
    int ret;

    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_config_init(&conf);
    if ((ret = rng_seed()) != 0) {
        return ret;
    }
    return mbedtls_ssl_config_defaults(&conf, MBEDTLS_SSL_IS_CLIENT,
                                       TRANSPORT, MBEDTLS_SSL_PRESET_DEFAULT);
}

static int client_trust(void)
{
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    mbedtls_x509_crt_init(&cacert);
    if (tlslab_root_len > 0) {
        int ret;

        report_phase(PHASE_PARSE_CA);
        ret = PARSE_ROOT(&cacert, (const unsigned char *) tlslab_root, tlslab_root_len);
        if (ret != 0) {
            return ret > 0 ? MBEDTLS_ERR_X509_INVALID_FORMAT : ret;
        }
        mbedtls_ssl_conf_ca_chain(&conf, &cacert, NULL);
        mbedtls_ssl_conf_authmode(&conf, MBEDTLS_SSL_VERIFY_REQUIRED);
        if ((ret = client_verify_conf(&conf, &cacert)) != 0) {
            return ret;
        }
    }
#endif
#if defined(TLSLAB_PSK)
    if (tlslab_psk_len > 0) {
        return mbedtls_ssl_conf_psk(&conf, tlslab_psk, tlslab_psk_len, tlslab_psk_identity,
                                    tlslab_psk_identity_len);
    }
#endif
    return 0;
}

static int client_setup(void)
{
    int ret;

    mbedtls_ssl_conf_rng(&conf, rng_random, NULL);
    mbedtls_ssl_conf_read_timeout(&conf, READ_TIMEOUT_MS);
    debug_conf(&conf);
    keylog_conf(&conf);
    renegotiation_conf(&conf);
    if ((ret = client_cert_conf(&conf)) != 0 || (ret = features_conf(&conf)) != 0 ||
        (ret = extensions_conf(&conf)) != 0 || (ret = transport_conf(&conf)) != 0 ||
        (ret = mbedtls_ssl_setup(&ssl, &conf)) != 0 || (ret = features_setup(&ssl)) != 0) {
        return ret;
    }
    keylog_setup(&ssl);
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    if (tlslab_root_len > 0 &&
        (ret = mbedtls_ssl_set_hostname(&ssl, tlslab_hostname)) != 0) {
        return ret;
    }
#endif
    return transport_setup(&ssl);
}

static int start(void)
{
    int ret;

    host_event(TLSLAB_EVENT_OPTIONS, tlslab_options, tlslab_options_len);
    report_phase(PHASE_INIT);
    if ((ret = client_init()) != 0 || (ret = client_trust()) != 0) {
        return ret;
    }
    report_phase(PHASE_INIT);
    if ((ret = client_setup()) == 0) {
        stage = HANDSHAKE;
    }
    return ret;
}

static int handshake(void)
{
    int ret, agreed; /* ret has an address: a zero put into it would be counted */

    if (!resume_ready(&ssl, &ret)) {
        return ret;
    }
    report_handshake(&ssl);
    ret = mbedtls_ssl_handshake_step(&ssl);
    if (ret == 0 && ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER) {
        if (transport_begins_anew(&ssl, &ret)) {
            return ret;
        }
        if ((agreed = resume_agreed(&ssl)) != 0 || (agreed = extensions_agreed(&ssl)) != 0) {
            return agreed;
        }
        report_connected(&ssl);
        stage = WRITE;
    }
    return ret;
}

static int write_request(void)
{
    int ret;

    if (!renegotiated(&ssl, &ret)) {
        return ret;
    }
    report_phase(PHASE_APP_WRITE);
    ret = mbedtls_ssl_write(&ssl, (const unsigned char *) tlslab_request + sent,
                            tlslab_request_len - sent);
    if (ret < 0) {
        return ret;
    }
    sent += (uint32_t) ret;
    if (sent == tlslab_request_len) {
        stage = READ;
    }
    return 0;
}

static int read_answer(void)
{
    int ret;

    report_phase(PHASE_APP_READ);
    ret = mbedtls_ssl_read(&ssl, buffer, sizeof(buffer));
    if (ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || ret == 0) {
        stage = CLOSE;
        return 0;
    }
    if (ret > 0) {
        received += (uint32_t) ret;
        if (transport_complete(received)) {
            stage = CLOSE;
        }
        return 0;
    }
    if (transport_asks_again(&conf, ret)) {
        sent = received = 0;
        stage = WRITE;
        return 0;
    }
    return ret;
}

static void finish(void)
{
    report_phase(PHASE_CLOSE);
    if (stage == CLOSE) {
        (void) mbedtls_ssl_close_notify(&ssl);
    }
    mbedtls_ssl_free(&ssl);
    mbedtls_ssl_config_free(&conf);
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    mbedtls_x509_crt_free(&cacert);
#endif
    client_cert_free();
    resume_free();
    client_verify_free();
    rng_free();
    stage = OVER;
    report_done(received);
}

static uint32_t verify_flags(void)
{
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    return stage == HANDSHAKE ? mbedtls_ssl_get_verify_result(&ssl) : 0;
#else
    return 0;
#endif
}

int32_t tlslab_step(void)
{
    int ret = 0;

    switch (stage) {
        case START:
            if (clock_sync() != 0) {
                return STATUS_BLOCKED;
            }
            ret = start();
            break;
        case HANDSHAKE:
            ret = handshake();
            break;
        case WRITE:
            ret = write_request();
            break;
        case READ:
            ret = read_answer();
            break;
        case CLOSE:
            finish();
            return STATUS_DONE;
        default:
            host_exit(2);
    }
    if (ret == MBEDTLS_ERR_SSL_WANT_READ || ret == MBEDTLS_ERR_SSL_WANT_WRITE) {
        return transport_waits() ? STATUS_BLOCKED : STATUS_READY;
    }
    if (ret != 0) {
        report_error(ret, verify_flags());
        finish();
        return STATUS_DONE;
    }
    return STATUS_READY;
}
