/* A server's features (server_features.h). */
#define TLSLAB_FEATURES 1
#include "server_features.h"

#include "params.h"
#include "server_extensions.h"
#include "server_resume.h"

#if defined(MBEDTLS_X509_CRT_PARSE_C)

static mbedtls_x509_crt client_roots;

static void roots_init(void)
{
    mbedtls_x509_crt_init(&client_roots);
}

static void roots_free(void)
{
    mbedtls_x509_crt_free(&client_roots);
}

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

#else

#define roots_init() ((void) 0)
#define roots_free() ((void) 0)
#define ask_client(conf) MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE

#endif

int server_features_conf(mbedtls_ssl_config *conf)
{
    int ret;

    roots_init();
    if (param_word(PARAM_CLIENT_AUTH) != MBEDTLS_SSL_VERIFY_NONE && (ret = ask_client(conf)) != 0) {
        return ret;
    }
    return (ret = server_resume_conf(conf)) != 0 ? ret : server_extensions_conf(conf);
}

int server_features_agreed(mbedtls_ssl_context *ssl, int ret)
{
    uint32_t len;

    server_extensions_look(ssl);
    (void) param(PARAM_CLIENT_CA, &len);
    server_resume_watch(ssl);
    if (ret != 0 || ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER) {
        return ret;
    }
    if (len > 0 && mbedtls_ssl_get_verify_result(ssl) != 0) { /* none shown, or none that is trusted */
        return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
    }
    return (ret = server_resume_agreed(ssl)) != 0 ? ret : server_extensions_agreed(ssl);
}

void server_features_free(void)
{
    roots_free();
    server_resume_free();
    server_extensions_free();
}
