/* The client that takes up an earlier connection (client_features.h). */
#include "client_features.h"

#include <string.h>

static mbedtls_ssl_session saved;
static enum { FIRST, SAVED, SECOND } at;

#if defined(TLSLAB_RESUME_PSK)
static int certified; /* the second handshake had a certificate after all */
static mbedtls_ssl_config *settings;

void resume_conf(mbedtls_ssl_config *conf)
{
    settings = conf;
}

/* Whether reads take tickets: of the first connection alone. */
static void take_tickets(int yes)
{
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        settings, yes ? MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED
                      : MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED);
}

/* Reads what comes after the first handshake: the ticket. */
static int take_ticket(mbedtls_ssl_context *ssl)
{
    unsigned char c;
    int ret;

    take_tickets(1);
    do { /* WANT_READ also means: the ticket is here, read on */
        ret = mbedtls_ssl_read(ssl, &c, sizeof(c));
    } while (ret == MBEDTLS_ERR_SSL_WANT_READ && ssl->state == MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET);
    take_tickets(0);
    return ret == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET ? 0
           : ret >= 0 ? MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE : ret;
}
#endif

int resume_ready(mbedtls_ssl_context *ssl, int *ret)
{
    if (at == SECOND) {
#if defined(TLSLAB_RESUME_PSK)
        certified |= ssl->state == MBEDTLS_SSL_SERVER_CERTIFICATE;
#endif
        return 1;
    }
    report_phase(PHASE_FIRST_CONNECTION);
    if (ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER) {
        *ret = mbedtls_ssl_handshake_step(ssl);
        return 0;
    }
    if (at == FIRST) {
#if defined(TLSLAB_RESUME_PSK)
        if (tlslab_resume == RESUME_PSK && (*ret = take_ticket(ssl)) != 0) {
            return 0;
        }
#endif
        mbedtls_ssl_session_init(&saved);
        if ((*ret = mbedtls_ssl_get_session(ssl, &saved)) != 0) {
            return 0;
        }
        at = SAVED;
    }
    if ((*ret = mbedtls_ssl_close_notify(ssl)) != 0 || (*ret = mbedtls_ssl_session_reset(ssl)) != 0 ||
        (*ret = mbedtls_ssl_set_session(ssl, &saved)) != 0) {
        return 0;
    }
    at = SECOND;
    return 1;
}

static int resumed(const mbedtls_ssl_session *now)
{
#if defined(TLSLAB_RESUME_PSK)
    if (tlslab_resume == RESUME_PSK) {
        return saved.ticket_len > 0 && !certified;
    }
#endif
#if defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_SSL_CLI_C)
    if (tlslab_resume == RESUME_TICKET && saved.ticket_len == 0) {
        return 0;
    }
#endif
    if (tlslab_resume == RESUME_ID && (saved.id_len == 0 || saved.id_len != now->id_len || memcmp(saved.id, now->id, saved.id_len) != 0)) {
        return 0;
    }
    return same_master(&saved, now);
}

int resume_agreed(mbedtls_ssl_context *ssl)
{
    int well = resumed(ssl->session);

    resume_free();
    return well ? 0 : MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
}

void resume_free(void)
{
    if (at != FIRST) {
        mbedtls_ssl_session_free(&saved);
    }
}
