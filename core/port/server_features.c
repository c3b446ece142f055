/* The reference server's features (server_features.h). */
#include "server_features.h"

#include "params.h"

static mbedtls_x509_crt client_roots;

/* Asks for the client's certificate. */
static int ask_client(mbedtls_ssl_config *conf)
{
    uint32_t len;
    const unsigned char *pem = param(PARAM_CLIENT_CA, &len);

    mbedtls_ssl_conf_authmode(conf, (int) param_word(PARAM_CLIENT_AUTH));
    if (len == 0) {
        return 0;
    }
    mbedtls_ssl_conf_ca_chain(conf, &client_roots, NULL);
    return mbedtls_x509_crt_parse(&client_roots, pem, len + 1);
}

int server_features_conf(mbedtls_ssl_config *conf)
{
    mbedtls_x509_crt_init(&client_roots);
    return param_word(PARAM_CLIENT_AUTH) == MBEDTLS_SSL_VERIFY_NONE ? 0 : ask_client(conf);
}

int server_features_agreed(mbedtls_ssl_context *ssl, int ret)
{
    uint32_t len;

    (void) param(PARAM_CLIENT_CA, &len);
    if (ret != 0 || ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER) {
        return ret;
    }
    if (len > 0 && mbedtls_ssl_get_verify_result(ssl) != 0) { /* none shown, or none that is trusted */
        return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
    }
    return 0;
}

void server_features_free(void)
{
    mbedtls_x509_crt_free(&client_roots);
}
