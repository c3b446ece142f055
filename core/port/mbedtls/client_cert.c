/* The client's own certificate and key (client_features.h). */
#include "client_features.h"

static mbedtls_x509_crt own_chain;
static mbedtls_pk_context own_key;

int client_cert_conf(mbedtls_ssl_config *conf)
{
    const unsigned char *p = tlslab_own_chain;
    int ret = 0;

    report_phase(PHASE_PARSE_CA);
    mbedtls_x509_crt_init(&own_chain);
    mbedtls_pk_init(&own_key);
    for (const uint32_t *len = tlslab_own_chain_lens; ret == 0 && *len > 0; p += *len++) {
        ret = mbedtls_x509_crt_parse(&own_chain, p, *len);
    }
    if (ret == 0) {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
        ret = mbedtls_pk_parse_key(&own_key, tlslab_own_key, tlslab_own_key_len, NULL, 0, rng_random, NULL);
#else
        ret = mbedtls_pk_parse_key(&own_key, tlslab_own_key, tlslab_own_key_len, NULL, 0);
#endif
    }
    if (ret != 0) { /* above 0: some of several certificates */
        return ret > 0 ? MBEDTLS_ERR_X509_INVALID_FORMAT : ret;
    }
    report_phase(PHASE_INIT);
    return mbedtls_ssl_conf_own_cert(conf, &own_chain, &own_key);
}

void client_cert_free(void)
{
    mbedtls_x509_crt_free(&own_chain);
    mbedtls_pk_free(&own_key);
}
