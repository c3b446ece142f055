/* The extensions a scenario's client asks for (client_features.h). */
#include "client_features.h"

#include <string.h>

/* Where the configuration lacks the option, the run fails: what would be
 * measured is not what was asked for. */
int extensions_conf(mbedtls_ssl_config *conf)
{
    int ret = 0;

#if defined(TLSLAB_ALPN)
#if defined(MBEDTLS_SSL_ALPN)
    ret = mbedtls_ssl_conf_alpn_protocols(conf, (const char **) tlslab_alpn);
#else
    ret = MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
#endif
#if defined(TLSLAB_MAX_FRAGMENT)
#if defined(MBEDTLS_SSL_MAX_FRAGMENT_LENGTH)
    if (ret == 0) {
        ret = mbedtls_ssl_conf_max_frag_len(conf, (unsigned char) tlslab_max_fragment);
    }
#else
    ret = MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
#endif
#if defined(TLSLAB_TRUNC_HMAC)
#if defined(MBEDTLS_SSL_TRUNCATED_HMAC)
    mbedtls_ssl_conf_truncated_hmac(conf, MBEDTLS_SSL_TRUNC_HMAC_ENABLED);
#else
    ret = MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
#endif
#if defined(TLSLAB_FALLBACK)
#if defined(MBEDTLS_SSL_FALLBACK_SCSV)
    mbedtls_ssl_conf_fallback(conf, MBEDTLS_SSL_IS_FALLBACK);
#else
    ret = MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
#endif
    (void) conf;
    return ret;
}

int extensions_agreed(mbedtls_ssl_context *ssl)
{
#if defined(TLSLAB_ALPN) && defined(MBEDTLS_SSL_ALPN)
    const char *name = mbedtls_ssl_get_alpn_protocol(ssl);

    if (name == NULL || strcmp(name, tlslab_alpn_agreed) != 0) {
        return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
    }
#endif
    (void) ssl;
    return 0;
}
