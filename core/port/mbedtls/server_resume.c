/* A server's part in resumption (server_resume.h). */
#define TLSLAB_FEATURES 1
#include "server_resume.h"

#include <string.h>

#include "params.h"
#include "resume.h"

#if defined(MBEDTLS_SSL_CACHE_C)
#include "mbedtls/ssl_cache.h"
static mbedtls_ssl_cache_context cache;
#endif
#if defined(MBEDTLS_SSL_TICKET_C)
#include "mbedtls/ssl_ticket.h"
static mbedtls_ssl_ticket_context tickets;
#endif

#define TICKET_LIFETIME_S 86400 /* as ssl_server2 */

#if defined(TLSLAB_MASTER)
static mbedtls_ssl_session first; /* of which only the master secret is kept */
#endif
static int again;
static int answered; /* in the first connection, whose end was told */
static int certified; /* the second handshake had a certificate */

int server_resume_conf(mbedtls_ssl_config *conf)
{
#if defined(MBEDTLS_SSL_CACHE_C)
    mbedtls_ssl_cache_init(&cache);
#endif
#if defined(MBEDTLS_SSL_TICKET_C)
    mbedtls_ssl_ticket_init(&tickets);
#endif
    switch (param_word(PARAM_RESUME)) {
        case 0:
            return 0;
#if defined(MBEDTLS_SSL_CACHE_C)
        case RESUME_ID:
            mbedtls_ssl_conf_session_cache(conf, &cache, mbedtls_ssl_cache_get, mbedtls_ssl_cache_set);
            return 0;
#endif
#if defined(MBEDTLS_SSL_TICKET_C)
        case RESUME_TICKET:
        case RESUME_PSK:
            mbedtls_ssl_conf_session_tickets_cb(conf, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &tickets);
            return mbedtls_ssl_ticket_setup(&tickets, rng_random, NULL, MBEDTLS_CIPHER_AES_256_GCM, TICKET_LIFETIME_S);
#endif
        default:
            (void) conf;
            return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
    }
}

int server_resume_first(void)
{
    return param_word(PARAM_RESUME) != 0 && !again;
}

int server_resume_again(mbedtls_ssl_context *ssl, int *ret)
{
    /* Many a client that was told of the end just goes. */
    int ended = *ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || (answered && (*ret == MBEDTLS_ERR_SSL_CONN_EOF || *ret == 0));

    if (!server_resume_first() || !ended) {
        return 0;
    }
    again = 1;
#if defined(TLSLAB_MASTER)
    memcpy(first.master, ssl->session->master, sizeof(first.master));
#endif
    *ret = mbedtls_ssl_session_reset(ssl);
    return 1;
}

int server_resume_answered(mbedtls_ssl_context *ssl)
{
    answered = 1;
    return mbedtls_ssl_close_notify(ssl);
}

void server_resume_watch(mbedtls_ssl_context *ssl)
{
    certified |= again && ssl->state == MBEDTLS_SSL_SERVER_CERTIFICATE;
}

int server_resume_agreed(mbedtls_ssl_context *ssl)
{
    if (param_word(PARAM_RESUME) == RESUME_PSK) {
        return certified ? MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE : 0;
    }
    return !again || same_master(&first, ssl->session) ? 0 : MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
}

void server_resume_free(void)
{
#if defined(MBEDTLS_SSL_CACHE_C)
    mbedtls_ssl_cache_free(&cache);
#endif
#if defined(MBEDTLS_SSL_TICKET_C)
    mbedtls_ssl_ticket_free(&tickets);
#endif
}
