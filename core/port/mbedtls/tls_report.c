/* Reports to the host: phases with their heap, outcome, done. */
#include "tls.h"

#include "arena.h"

#if MBEDTLS_VERSION_NUMBER >= 0x03030000
#define NEW_SESSION_TICKET MBEDTLS_SSL_NEW_SESSION_TICKET
#else
#define NEW_SESSION_TICKET MBEDTLS_SSL_SERVER_NEW_SESSION_TICKET
#endif

static uint32_t current = PHASE_END + 1;

void report_phase(enum tlslab_phase p)
{
    uint32_t words[5] = { p, arena.live, arena.phase_peak, arena.allocs, arena.high_water };

    if (p == current) {
        return;
    }
    current = p;
    host_event(TLSLAB_EVENT_PHASE, words, sizeof(words));
    arena_new_phase();
}

void report_state(int state)
{
    switch (state) {
        case MBEDTLS_SSL_HELLO_REQUEST:
        case MBEDTLS_SSL_CLIENT_HELLO:
            report_phase(PHASE_CLIENT_HELLO);
            break;
        case MBEDTLS_SSL_SERVER_HELLO:
            report_phase(PHASE_SERVER_HELLO);
            break;
        case MBEDTLS_SSL_SERVER_CERTIFICATE:
            report_phase(PHASE_SERVER_CERTIFICATE);
            break;
        case MBEDTLS_SSL_SERVER_KEY_EXCHANGE:
            report_phase(PHASE_SERVER_KEY_EXCHANGE);
            break;
        case MBEDTLS_SSL_CERTIFICATE_REQUEST:
            report_phase(PHASE_CERTIFICATE_REQUEST);
            break;
        case MBEDTLS_SSL_SERVER_HELLO_DONE:
            report_phase(PHASE_SERVER_HELLO_DONE);
            break;
        case MBEDTLS_SSL_CLIENT_CERTIFICATE:
            report_phase(PHASE_CLIENT_CERTIFICATE);
            break;
        case MBEDTLS_SSL_CLIENT_KEY_EXCHANGE:
            report_phase(PHASE_CLIENT_KEY_EXCHANGE);
            break;
        case MBEDTLS_SSL_CERTIFICATE_VERIFY:
            report_phase(PHASE_CERTIFICATE_VERIFY);
            break;
        case MBEDTLS_SSL_CLIENT_CHANGE_CIPHER_SPEC:
            report_phase(PHASE_CLIENT_CHANGE_CIPHER_SPEC);
            break;
        case MBEDTLS_SSL_CLIENT_FINISHED:
            report_phase(PHASE_CLIENT_FINISHED);
            break;
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
        case NEW_SESSION_TICKET:
            report_phase(PHASE_NEW_SESSION_TICKET);
            break;
#endif
        case MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC:
            report_phase(PHASE_SERVER_CHANGE_CIPHER_SPEC);
            break;
        case MBEDTLS_SSL_SERVER_FINISHED:
            report_phase(PHASE_SERVER_FINISHED);
            break;
        case MBEDTLS_SSL_FLUSH_BUFFERS:
        case MBEDTLS_SSL_HANDSHAKE_WRAPUP:
        case MBEDTLS_SSL_HANDSHAKE_OVER:
            report_phase(PHASE_WRAPUP);
            break;
        default:
            report_phase(PHASE_HANDSHAKE_OTHER);
    }
}

#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
void report_handshake(const mbedtls_ssl_context *ssl)
{
    switch (ssl->state) {
        case MBEDTLS_SSL_CLIENT_HELLO:
            /* Once more after a ServerHello: it was a HelloRetryRequest. A
             * HelloVerifyRequest of DTLS is none. */
            report_phase(ssl->conf->transport == MBEDTLS_SSL_TRANSPORT_STREAM &&
                         (current == PHASE_SERVER_HELLO || current == PHASE_HELLO_RETRY_REQUEST)
                         ? PHASE_HELLO_RETRY_REQUEST : PHASE_CLIENT_HELLO);
            break;
        case MBEDTLS_SSL_CLIENT_CCS_BEFORE_2ND_CLIENT_HELLO:
        case MBEDTLS_SSL_HELLO_RETRY_REQUEST: /* of a server */
            report_phase(PHASE_HELLO_RETRY_REQUEST);
            break;
        case MBEDTLS_SSL_ENCRYPTED_EXTENSIONS:
            report_phase(PHASE_ENCRYPTED_EXTENSIONS);
            break;
        case MBEDTLS_SSL_CERTIFICATE_VERIFY: /* until 1.2 the client's own, in 1.3 the server's */
            report_phase(ssl->tls_version == MBEDTLS_SSL_VERSION_TLS1_3
                         ? PHASE_SERVER_CERTIFICATE_VERIFY : PHASE_CERTIFICATE_VERIFY);
            break;
        case MBEDTLS_SSL_CLIENT_CERTIFICATE_VERIFY:
            report_phase(PHASE_CERTIFICATE_VERIFY);
            break;
        case MBEDTLS_SSL_SERVER_CCS_AFTER_SERVER_HELLO:
        case MBEDTLS_SSL_SERVER_CCS_AFTER_HELLO_RETRY_REQUEST:
            report_phase(PHASE_SERVER_CHANGE_CIPHER_SPEC);
            break;
        case MBEDTLS_SSL_CLIENT_CCS_AFTER_CLIENT_HELLO:
        case MBEDTLS_SSL_CLIENT_CCS_AFTER_SERVER_FINISHED:
            report_phase(PHASE_CLIENT_CHANGE_CIPHER_SPEC);
            break;
        default:
            report_state(ssl->state);
    }
}
#endif

void report_connected(mbedtls_ssl_context *ssl)
{
    uint32_t words[2];

    words[0] = (uint32_t) mbedtls_ssl_get_ciphersuite_id(mbedtls_ssl_get_ciphersuite(ssl));
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
    words[1] = (uint32_t) ssl->tls_version;
#else
    words[1] = (uint32_t) ssl->major_ver << 8 | (uint32_t) ssl->minor_ver;
#endif
    host_event(TLSLAB_EVENT_CONNECTED, words, sizeof(words));
}

void report_error(int ret, uint32_t verify_flags)
{
    uint32_t words[3] = { (uint32_t) -ret, verify_flags, current };

    host_event(TLSLAB_EVENT_ERROR, words, sizeof(words));
}

void report_done(uint32_t app_bytes)
{
    uint32_t words[5] = { arena.peak, arena.live, arena.allocs, arena.high_water, app_bytes };

    report_phase(PHASE_END);
    host_event(TLSLAB_EVENT_DONE, words, sizeof(words));
}
