/* The client that renegotiates before its request (client_features.h). */
#include "client_features.h"

#include "renegotiate.h"
#include "tls_internal.h"

static int over;

void renegotiation_conf(mbedtls_ssl_config *conf)
{
    mbedtls_ssl_conf_renegotiation(conf, MBEDTLS_SSL_RENEGOTIATION_ENABLED);
}

int renegotiated(mbedtls_ssl_context *ssl, int *ret)
{
    unsigned char c;

    if (over) {
        return 1;
    }
    report_phase(PHASE_RENEGOTIATION);
    /* The server's HelloRequest is found by reading. */
    *ret = tlslab_renegotiate == RENEGOTIATE_CLIENT ? mbedtls_ssl_renegotiate(ssl) : mbedtls_ssl_read(ssl, &c, sizeof(c));
    if (ssl->renego_status == MBEDTLS_SSL_RENEGOTIATION_DONE) {
        over = ssl->secure_renegotiation == MBEDTLS_SSL_SECURE_RENEGOTIATION;
        *ret = over ? 0 : MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
    } else if (*ret >= 0) { /* data, or the end, and no HelloRequest */
        *ret = MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE;
    }
    return over;
}
