/* Random numbers: the core's entropy pool and DRBG, fed by the host. Where 3.x
 * has PSA they are PSA's own: no second pool beside it. */
#include "tls.h"

#if defined(TLSLAB_PSA)
#include "psa/crypto.h"
#endif
#if defined(TLSLAB_PSA) && MBEDTLS_VERSION_NUMBER >= 0x03000000
#define TLSLAB_PSA_RANDOM 1
#endif

#if defined(MBEDTLS_ENTROPY_C)
#include "mbedtls/entropy.h"
#endif
#if defined(TLSLAB_PSA_RANDOM)
/* none of the lab's own */
#elif defined(MBEDTLS_CTR_DRBG_C)
#include "mbedtls/ctr_drbg.h"
static mbedtls_ctr_drbg_context drbg;
#elif defined(MBEDTLS_HMAC_DRBG_C)
#include "mbedtls/hmac_drbg.h"
static mbedtls_hmac_drbg_context drbg;
#endif
#if defined(MBEDTLS_ENTROPY_C)
#if !defined(TLSLAB_PSA_RANDOM)
static mbedtls_entropy_context entropy;
#endif

/* The core calls it by this name under MBEDTLS_ENTROPY_HARDWARE_ALT; without
 * that option it is added as a source, as a firmware's own code would. */
int mbedtls_hardware_poll(void *data, unsigned char *out, size_t len, size_t *olen)
{
    (void) data;
    *olen = 0;
    if (host_entropy(out, (uint32_t) len) != 0) {
        return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
    }
    *olen = len;
    return 0;
}
#endif

#if defined(TLSLAB_PSA_RANDOM)

int rng_seed(void)
{
    return psa_crypto_init() == PSA_SUCCESS ? 0 : MBEDTLS_ERR_SSL_HW_ACCEL_FAILED;
}

void rng_free(void)
{
    mbedtls_psa_crypto_free();
}

int rng_random(void *ctx, unsigned char *out, size_t len)
{
    (void) ctx;
    return psa_generate_random(out, len) == PSA_SUCCESS ? 0 : MBEDTLS_ERR_SSL_HW_ACCEL_FAILED;
}

#else

int rng_seed(void)
{
    int ret = 0;

#if defined(MBEDTLS_ENTROPY_C)
    mbedtls_entropy_init(&entropy);
#if !defined(MBEDTLS_ENTROPY_HARDWARE_ALT)
    ret = mbedtls_entropy_add_source(&entropy, mbedtls_hardware_poll, NULL, 32,
                                     MBEDTLS_ENTROPY_SOURCE_STRONG);
    if (ret != 0) {
        return ret;
    }
#endif
#if defined(MBEDTLS_CTR_DRBG_C)
    mbedtls_ctr_drbg_init(&drbg);
    ret = mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy,
                                (const unsigned char *) "tlslab", 6);
#elif defined(MBEDTLS_HMAC_DRBG_C)
    mbedtls_hmac_drbg_init(&drbg);
    ret = mbedtls_hmac_drbg_seed(&drbg, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
                                 mbedtls_entropy_func, &entropy,
                                 (const unsigned char *) "tlslab", 6);
#endif
#endif
#if defined(TLSLAB_PSA)
    if (ret == 0 && psa_crypto_init() != PSA_SUCCESS) {
        ret = MBEDTLS_ERR_SSL_HW_ACCEL_FAILED;
    }
#endif
    return ret;
}

void rng_free(void)
{
#if defined(TLSLAB_PSA)
    mbedtls_psa_crypto_free();
#endif
#if defined(MBEDTLS_ENTROPY_C)
#if defined(MBEDTLS_CTR_DRBG_C)
    mbedtls_ctr_drbg_free(&drbg);
#elif defined(MBEDTLS_HMAC_DRBG_C)
    mbedtls_hmac_drbg_free(&drbg);
#endif
    mbedtls_entropy_free(&entropy);
#endif
}

int rng_random(void *ctx, unsigned char *out, size_t len)
{
    (void) ctx;
#if defined(MBEDTLS_ENTROPY_C) && defined(MBEDTLS_CTR_DRBG_C)
    return mbedtls_ctr_drbg_random(&drbg, out, len);
#elif defined(MBEDTLS_ENTROPY_C) && defined(MBEDTLS_HMAC_DRBG_C)
    return mbedtls_hmac_drbg_random(&drbg, out, len);
#else
    return host_entropy(out, (uint32_t) len);
#endif
}

#endif
