/* The reference server's lies (server_lies.h). */
#include "server_lies.h"

#include "mbedtls/ssl_ciphersuites.h"
#include "params.h"

/* One that this client can't have offered: it has no key of that kind. */
static int another_suite(int suite)
{
    const mbedtls_ssl_ciphersuite_t *info = mbedtls_ssl_ciphersuite_from_id(suite);

    return info != NULL && mbedtls_ssl_ciphersuite_uses_psk(info) ? MBEDTLS_TLS_RSA_WITH_AES_256_CCM_8
                                                                  : MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8;
}

void server_lies(mbedtls_ssl_context *ssl)
{
    uint32_t lie = param_word(PARAM_LIE);

    if (lie == 0 || ssl->state != MBEDTLS_SSL_SERVER_HELLO) { /* which is to be written next */
        return;
    }
    if (lie == LIE_SUITE) {
        ssl->session_negotiate->ciphersuite = another_suite(ssl->session_negotiate->ciphersuite);
    }
#if defined(MBEDTLS_SSL_ALPN)
    if (lie == LIE_EXTENSION) {
        ssl->alpn_chosen = "h2";
    }
#endif
#if MBEDTLS_VERSION_NUMBER < 0x03000000
    if (lie == LIE_COMPRESSION) {
        ssl->session_negotiate->compression = MBEDTLS_SSL_COMPRESS_DEFLATE;
    }
#endif
    if (lie == LIE_RENEGOTIATION) {
        ssl->secure_renegotiation = MBEDTLS_SSL_LEGACY_RENEGOTIATION;
    }
}
