/* The client that takes up an earlier connection (client_features.h). */
#include "client_features.h"

#include <string.h>

#include "resume.h"

static mbedtls_ssl_session saved;
static enum { FIRST, SAVED, SECOND } at;

int resume_ready(mbedtls_ssl_context *ssl, int *ret)
{
    if (at == SECOND) {
        return 1;
    }
    report_phase(PHASE_FIRST_CONNECTION);
    if (ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER) {
        *ret = mbedtls_ssl_handshake_step(ssl);
        return 0;
    }
    if (at == FIRST) {
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
