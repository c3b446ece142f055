/* How the client judges certificates, where the scenario has a say in it
 * (client_features.h). */
#include "client_features.h"

#if defined(MBEDTLS_X509_CRT_PARSE_C)

#if defined(MBEDTLS_X509_CRL_PARSE_C)
#include "mbedtls/x509_crl.h"

static mbedtls_x509_crl crl;

static int revocation(mbedtls_ssl_config *conf, mbedtls_x509_crt *roots)
{
    int ret;

    mbedtls_x509_crl_init(&crl);
    if (tlslab_crl_len == 0) {
        return 0;
    }
    if ((ret = mbedtls_x509_crl_parse(&crl, tlslab_crl, tlslab_crl_len)) != 0) {
        return ret;
    }
    mbedtls_ssl_conf_ca_chain(conf, roots, &crl);
    return 0;
}
#else
static int revocation(mbedtls_ssl_config *conf, mbedtls_x509_crt *roots)
{
    (void) conf;
    (void) roots;
    return tlslab_crl_len == 0 ? 0 : MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
}
#endif

int client_verify_conf(mbedtls_ssl_config *conf, mbedtls_x509_crt *roots)
{
    if (tlslab_cert_profile != NULL) {
        mbedtls_ssl_conf_cert_profile(conf, tlslab_cert_profile);
    }
    return revocation(conf, roots);
}

#endif

void client_verify_free(void)
{
#if defined(MBEDTLS_X509_CRT_PARSE_C) && defined(MBEDTLS_X509_CRL_PARSE_C)
    mbedtls_x509_crl_free(&crl);
#endif
}
