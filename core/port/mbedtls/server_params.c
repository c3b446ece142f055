/* What a server is asked for (server_params.h). */
#include "server_params.h"

#include "params.h"
#include "server_own.h"

static int suites[2];

static int load_psk(mbedtls_ssl_config *conf)
{
#if defined(TLSLAB_PSK)
    uint32_t psk_len, identity_len;
    const unsigned char *psk = param(PARAM_PSK, &psk_len), *identity = param(PARAM_PSK_IDENTITY, &identity_len);

    return psk_len == 0 ? 0 : mbedtls_ssl_conf_psk(conf, psk, psk_len, identity, identity_len);
#else
    (void) conf;
    return 0;
#endif
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
    if (group == 0) {
        return 0;
    }
#if defined(MBEDTLS_ECP_C)
    static uint16_t groups[2];
    const mbedtls_ecp_curve_info *info;

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
#else
    (void) conf;
    return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
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
    if ((ret = insist(conf, param_word(PARAM_GROUP))) != 0 || (ret = own_load(conf)) != 0) {
        return ret;
    }
    return load_psk(conf);
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
