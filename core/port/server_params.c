/* What the host asks of the reference server (server_params.h). */
#include "server_params.h"

#include "params.h"

static mbedtls_x509_crt chain;
static mbedtls_pk_context key;
static int suites[2];

void params_init(void)
{
    mbedtls_x509_crt_init(&chain);
    mbedtls_pk_init(&key);
}

static int load(mbedtls_ssl_config *conf)
{
    uint32_t chain_len, key_len, psk_len, identity_len;
    const unsigned char *pem = param(PARAM_CHAIN, &chain_len), *key_pem = param(PARAM_KEY, &key_len);
    const unsigned char *psk = param(PARAM_PSK, &psk_len), *identity = param(PARAM_PSK_IDENTITY, &identity_len);
    int ret;

    if (chain_len > 0) {
        if ((ret = mbedtls_x509_crt_parse(&chain, pem, chain_len + 1)) != 0) {
            return ret;
        }
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
        ret = mbedtls_pk_parse_key(&key, key_pem, key_len + 1, NULL, 0, rng_random, NULL);
#else
        ret = mbedtls_pk_parse_key(&key, key_pem, key_len + 1, NULL, 0);
#endif
        if (ret != 0 || (ret = mbedtls_ssl_conf_own_cert(conf, &chain, &key)) != 0) {
            return ret;
        }
    }
    return psk_len == 0 ? 0 : mbedtls_ssl_conf_psk(conf, psk, psk_len, identity, identity_len);
}

/* Speaks one version alone. Without a word it is the core's own choice. */
static void speak(mbedtls_ssl_config *conf, uint32_t version)
{
    if (version == 0) {
        return;
    }
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
    mbedtls_ssl_conf_min_tls_version(conf, (mbedtls_ssl_protocol_version) version);
    mbedtls_ssl_conf_max_tls_version(conf, (mbedtls_ssl_protocol_version) version);
#else
    mbedtls_ssl_conf_min_version(conf, (int) (version >> 8), (int) (version & 0xff));
    mbedtls_ssl_conf_max_version(conf, (int) (version >> 8), (int) (version & 0xff));
#endif
}

/* Offers one group alone: left to itself, the core takes the largest curve
 * both ends have. */
static int insist(mbedtls_ssl_config *conf, uint32_t group)
{
    static uint16_t groups[2];
    const mbedtls_ecp_curve_info *info;

    if (group == 0) {
        return 0;
    }
    groups[0] = (uint16_t) group;
    info = mbedtls_ecp_curve_info_from_tls_id(groups[0]);
    if (info == NULL) {
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    }
#if MBEDTLS_VERSION_NUMBER >= 0x03010000
    mbedtls_ssl_conf_groups(conf, groups);
#else
    {
        static mbedtls_ecp_group_id curves[2];

        curves[0] = info->grp_id;
        curves[1] = MBEDTLS_ECP_DP_NONE;
        mbedtls_ssl_conf_curves(conf, curves);
    }
#endif
    return 0;
}

int params_conf(mbedtls_ssl_config *conf)
{
    int ret;

    suites[0] = (int) param_word(PARAM_SUITE);
    if (suites[0] != 0) {
        mbedtls_ssl_conf_ciphersuites(conf, suites);
#if defined(MBEDTLS_ARC4_C) && MBEDTLS_VERSION_NUMBER < 0x03000000
        mbedtls_ssl_conf_arc4_support(conf, MBEDTLS_SSL_ARC4_ENABLED);
#endif
    }
    speak(conf, param_word(PARAM_VERSION));
    ret = insist(conf, param_word(PARAM_GROUP));
    return ret != 0 ? ret : load(conf);
}

int params_setup(mbedtls_ssl_context *ssl)
{
    uint32_t len;
    const unsigned char *p = param(PARAM_PASSWORD, &len);

    if (len == 0) {
        return 0;
    }
#if defined(MBEDTLS_KEY_EXCHANGE_ECJPAKE_ENABLED)
    return mbedtls_ssl_set_hs_ecjpake_password(ssl, p, len);
#else
    (void) ssl;
    (void) p;
    return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
}

void params_free(void)
{
    mbedtls_x509_crt_free(&chain);
    mbedtls_pk_free(&key);
}
