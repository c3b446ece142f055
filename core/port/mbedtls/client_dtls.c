/* The client over datagrams (client_dtls.h). */
#define TLSLAB_DTLS 1
#include "client_dtls.h"

#include "client_features.h"
#include "dtls.h"

#if defined(MBEDTLS_SSL_PROTO_DTLS) && defined(MBEDTLS_SSL_CLI_C)

static uint32_t silence_ms; /* how long the wait for the answer is */
static int reconnected;

int transport_conf(mbedtls_ssl_config *conf)
{
    silence_ms = tlslab_dtls.timeout_min_ms;
    mbedtls_ssl_conf_read_timeout(conf, silence_ms);
    return dtls_conf(conf, &tlslab_dtls);
}

int transport_setup(mbedtls_ssl_context *ssl)
{
    return dtls_setup(ssl, &tlslab_dtls);
}

int transport_begins_anew(mbedtls_ssl_context *ssl, int *ret)
{
    if (tlslab_dtls.reconnect && !reconnected) {
        /* As after a reset of the device: the server still has the old
         * connection with this address (RFC 6347, 4.2.8). */
        reconnected = 1;
        *ret = mbedtls_ssl_session_reset(ssl);
#if defined(TLSLAB_FEATURES) && defined(MBEDTLS_KEY_EXCHANGE_ECJPAKE_ENABLED) /* the reset forgets the password */
        if (*ret == 0) {
            *ret = features_setup(ssl);
        }
#endif
        return 1;
    }
    *ret = dtls_connected(ssl, &tlslab_dtls);
    return *ret != 0;
}

int transport_complete(uint32_t received)
{
    return received >= tlslab_dtls.answer_len;
}

/* The request is sent again as a flight of the handshake is: after a wait that
 * is doubled each time. */
int transport_asks_again(mbedtls_ssl_config *conf, int ret)
{
    uint32_t most = tlslab_dtls.timeout_max_ms;

    if (ret != MBEDTLS_ERR_SSL_TIMEOUT || silence_ms >= most) {
        return 0;
    }
    silence_ms = silence_ms > most / 2 ? most : 2 * silence_ms;
    mbedtls_ssl_conf_read_timeout(conf, silence_ms);
    return 1;
}

int transport_waits(void)
{
    return dtls_waits();
}

#endif
