/* The reference server's extensions (server_extensions.h). */
#include "server_extensions.h"

#include <string.h>

#include "params.h"
#include "renegotiate.h"
#include "tls_internal.h"

#define NAMES_MOST 8

/* The bits of PARAM_AGREED (profiles, Features). */
enum { AGREED_EMS = 1, AGREED_ETM = 2, AGREED_TRUNC_HMAC = 4, AGREED_SPLITTING = 8 };

static const char *alpn[NAMES_MOST + 1];
static mbedtls_x509_crt named_chain;
static mbedtls_pk_context named_key;
static int extended_ms, asked;

/* Shows the one certificate to a client that names its host, and leaves the
 * server's own to all others. */
static int choose(void *ctx, mbedtls_ssl_context *ssl, const unsigned char *name, size_t len)
{
    uint32_t want_len;
    const unsigned char *want = param(PARAM_SNI, &want_len);

    (void) ctx;
    if (len != want_len || memcmp(name, want, len) != 0) {
        return 0;
    }
    return mbedtls_ssl_set_hs_own_cert(ssl, &named_chain, &named_key);
}

static int name_host(mbedtls_ssl_config *conf)
{
    uint32_t chain_len, key_len;
    const unsigned char *chain = param(PARAM_SNI_CHAIN, &chain_len), *key = param(PARAM_KEY, &key_len);
    int ret = mbedtls_x509_crt_parse(&named_chain, chain, chain_len + 1);

    if (ret == 0) {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
        ret = mbedtls_pk_parse_key(&named_key, key, key_len + 1, NULL, 0, rng_random, NULL);
#else
        ret = mbedtls_pk_parse_key(&named_key, key, key_len + 1, NULL, 0);
#endif
    }
    mbedtls_ssl_conf_sni(conf, choose, NULL);
    return ret;
}

/* The names are in one parameter, each with a NUL. */
static int name_protocols(mbedtls_ssl_config *conf, const unsigned char *p, uint32_t len)
{
    const unsigned char *end = p + len;

    for (int i = 0; i < NAMES_MOST && p < end; i++) {
        alpn[i] = (const char *) p;
        p += strlen(alpn[i]) + 1;
    }
    return mbedtls_ssl_conf_alpn_protocols(conf, alpn);
}

int server_extensions_conf(mbedtls_ssl_config *conf)
{
    uint32_t len;
    const unsigned char *p = param(PARAM_ALPN, &len);
    int ret = 0;

    mbedtls_x509_crt_init(&named_chain);
    mbedtls_pk_init(&named_key);
    if (len > 0) {
        ret = name_protocols(conf, p, len);
    }
    (void) param(PARAM_SNI, &len);
    if (ret == 0 && len > 0) {
        ret = name_host(conf);
    }
#if defined(MBEDTLS_SSL_TRUNCATED_HMAC)
    if (param_word(PARAM_AGREED) & AGREED_TRUNC_HMAC) {
        mbedtls_ssl_conf_truncated_hmac(conf, MBEDTLS_SSL_TRUNC_HMAC_ENABLED);
    }
#endif
    if (param_word(PARAM_RENEGOTIATE) != 0) {
        mbedtls_ssl_conf_renegotiation(conf, MBEDTLS_SSL_RENEGOTIATION_ENABLED);
    }
    return ret;
}

void server_extensions_look(const mbedtls_ssl_context *ssl)
{
    if (ssl->handshake != NULL) {
        extended_ms = ssl->handshake->extended_ms == MBEDTLS_SSL_EXTENDED_MS_ENABLED;
    }
}

int server_extensions_agreed(const mbedtls_ssl_context *ssl)
{
    uint32_t want = param_word(PARAM_AGREED), got = AGREED_SPLITTING; /* which is seen by reading */

    if (extended_ms) {
        got |= AGREED_EMS;
    }
    if (ssl->session->encrypt_then_mac == MBEDTLS_SSL_ETM_ENABLED) {
        got |= AGREED_ETM;
    }
#if defined(MBEDTLS_SSL_TRUNCATED_HMAC)
    if (ssl->session->trunc_hmac == MBEDTLS_SSL_TRUNC_HMAC_ENABLED) {
        got |= AGREED_TRUNC_HMAC;
    }
#endif
    if ((want & ~got) != 0 || ssl->session->mfl_code != param_word(PARAM_MAX_FRAGMENT)) {
        return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
    }
    if (alpn[0] != NULL && mbedtls_ssl_get_alpn_protocol(ssl) == NULL) {
        return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
    }
    return 0;
}

int server_renegotiated(mbedtls_ssl_context *ssl, int *ret)
{
    if (param_word(PARAM_RENEGOTIATE) != RENEGOTIATE_SERVER || asked) {
        return 1;
    }
    *ret = mbedtls_ssl_renegotiate(ssl); /* the answer comes with a read */
    asked = *ret == 0;
    return 0;
}

int server_extensions_read(const mbedtls_ssl_context *ssl, int first, int n)
{
    if (first && n != 1 && (param_word(PARAM_AGREED) & AGREED_SPLITTING) != 0) { /* 1/n-1 */
        return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
    }
    if (param_word(PARAM_RENEGOTIATE) != 0 && ssl->renego_status != MBEDTLS_SSL_RENEGOTIATION_DONE) {
        return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
    }
    return 0;
}

void server_extensions_free(void)
{
    mbedtls_x509_crt_free(&named_chain);
    mbedtls_pk_free(&named_key);
}
