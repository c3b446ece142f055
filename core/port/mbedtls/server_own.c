/* A server's own certificates and key (server_own.h). */
#include "server_own.h"

#include "params.h"

#if defined(MBEDTLS_X509_CRT_PARSE_C)

static mbedtls_x509_crt chain;
static mbedtls_pk_context key;

void own_init(void)
{
    mbedtls_x509_crt_init(&chain);
    mbedtls_pk_init(&key);
}

void own_free(void)
{
    mbedtls_x509_crt_free(&chain);
    mbedtls_pk_free(&key);
}

#if defined(TLSLAB_CHAIN_DER)

#define PARSED_NUL 0 /* of a text, its NUL is parsed too */

/* Each certificate is a SEQUENCE whose length has two bytes (X.690, 8.1.3). It
 * stays where it is, in flash: no copy on the heap. */
static int parse_chain(const unsigned char *p, uint32_t len)
{
    int ret = 0;

    while (ret == 0 && len >= 4) {
        uint32_t n = 4 + ((uint32_t) p[2] << 8 | p[3]);

        n = n < len ? n : len;
#if MBEDTLS_VERSION_NUMBER >= 0x02110000
        ret = mbedtls_x509_crt_parse_der_nocopy(&chain, p, n);
#else
        ret = mbedtls_x509_crt_parse_der(&chain, p, n);
#endif
        p += n;
        len -= n;
    }
    return ret;
}

#else

#define PARSED_NUL 1

static int parse_chain(const unsigned char *p, uint32_t len)
{
    return mbedtls_x509_crt_parse(&chain, p, len + PARSED_NUL);
}

#endif

int own_load(mbedtls_ssl_config *conf)
{
    uint32_t chain_len, key_len;
    const unsigned char *certificates = param(PARAM_CHAIN, &chain_len), *p = param(PARAM_KEY, &key_len);
    int ret;

    if (chain_len == 0) {
        return 0;
    }
    report_phase(PHASE_PARSE_OWN);
    if ((ret = parse_chain(certificates, chain_len)) != 0) {
        return ret > 0 ? MBEDTLS_ERR_X509_INVALID_FORMAT : ret;
    }
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    ret = mbedtls_pk_parse_key(&key, p, key_len + PARSED_NUL, NULL, 0, rng_random, NULL);
#else
    ret = mbedtls_pk_parse_key(&key, p, key_len + PARSED_NUL, NULL, 0);
#endif
    if (ret == 0) {
        ret = mbedtls_ssl_conf_own_cert(conf, &chain, &key);
    }
    report_phase(PHASE_INIT);
    return ret;
}

#endif
