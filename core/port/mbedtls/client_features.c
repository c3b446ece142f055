/* The client's features (client_features.h). */
#include "client_features.h"

int features_conf(mbedtls_ssl_config *conf)
{
    resume_conf(conf);
#if defined(TLSLAB_REFUSE_LEGACY)
    mbedtls_ssl_conf_legacy_renegotiation(conf, MBEDTLS_SSL_LEGACY_BREAK_HANDSHAKE);
#endif
#if MBEDTLS_VERSION_NUMBER < 0x03000000
    /* The core's own least is TLS 1.0, even where it has SSLv3. */
    if (tlslab_version != 0) {
        mbedtls_ssl_conf_min_version(conf, (int) (tlslab_version >> 8), (int) (tlslab_version & 0xff));
        mbedtls_ssl_conf_max_version(conf, (int) (tlslab_version >> 8), (int) (tlslab_version & 0xff));
    }
#if defined(MBEDTLS_ARC4_C)
    if (tlslab_arc4) {
        mbedtls_ssl_conf_arc4_support(conf, MBEDTLS_SSL_ARC4_ENABLED);
    }
#endif
#else
    (void) conf;
#endif
    return 0;
}

int features_setup(mbedtls_ssl_context *ssl)
{
#if defined(MBEDTLS_KEY_EXCHANGE_ECJPAKE_ENABLED)
    if (tlslab_password_len > 0) {
        return mbedtls_ssl_set_hs_ecjpake_password(ssl, tlslab_password, tlslab_password_len);
    }
#else
    (void) ssl;
#endif
    return 0;
}
