/* Operations without public keys: hashes, ciphers and random numbers, on the
 * buffer of Mbed TLS's benchmark and in its way. */
#include "primitives.h"

#include <string.h>

#if defined(MBEDTLS_SHA256_C)
#include "mbedtls/sha256.h"
#endif
#if defined(MBEDTLS_SHA512_C)
#include "mbedtls/sha512.h"
#endif
#if defined(MBEDTLS_AES_C)
#include "mbedtls/aes.h"
#endif
#if defined(MBEDTLS_GCM_C)
#include "mbedtls/gcm.h"
#endif
#if defined(MBEDTLS_CCM_C)
#include "mbedtls/ccm.h"
#endif
#if defined(MBEDTLS_CTR_DRBG_C)
#include "mbedtls/ctr_drbg.h"
#endif
#if defined(MBEDTLS_HMAC_DRBG_C)
#include "mbedtls/hmac_drbg.h"
#endif

#define ROUNDS 4

/* Key, nonce, tag and digest at one time, as there. */
static unsigned char small[64];

static int nothing(uint32_t bits)
{
    (void) bits;
    memset(small, 0, sizeof(small));
    return 0;
}

#if defined(MBEDTLS_SHA256_C)
static int sha256(void)
{
    mbedtls_sha256(primitive_buffer, PRIMITIVE_BYTES, small, 0);
    return 0;
}
#endif

#if defined(MBEDTLS_SHA512_C)
static int sha512(void)
{
    mbedtls_sha512(primitive_buffer, PRIMITIVE_BYTES, small, 0);
    return 0;
}
#endif

#if defined(MBEDTLS_AES_C) && defined(MBEDTLS_CIPHER_MODE_CBC)
static mbedtls_aes_context aes;

static int cbc_key(uint32_t bits)
{
    nothing(bits);
    mbedtls_aes_init(&aes);
    return mbedtls_aes_setkey_enc(&aes, small, bits);
}

static int cbc(void)
{
    return mbedtls_aes_crypt_cbc(&aes, MBEDTLS_AES_ENCRYPT, PRIMITIVE_BYTES, small,
                                 primitive_buffer, primitive_buffer);
}
#endif

#if defined(MBEDTLS_GCM_C)
static mbedtls_gcm_context gcm_context;

static int gcm_key(uint32_t bits)
{
    nothing(bits);
    mbedtls_gcm_init(&gcm_context);
    return mbedtls_gcm_setkey(&gcm_context, MBEDTLS_CIPHER_ID_AES, small, bits);
}

static int gcm(void)
{
    return mbedtls_gcm_crypt_and_tag(&gcm_context, MBEDTLS_GCM_ENCRYPT, PRIMITIVE_BYTES, small, 12,
                                     NULL, 0, primitive_buffer, primitive_buffer, 16, small);
}

static void gcm_end(void)
{
    mbedtls_gcm_free(&gcm_context);
}
#endif

#if defined(MBEDTLS_CCM_C)
static mbedtls_ccm_context ccm_context;

static int ccm_key(uint32_t bits)
{
    nothing(bits);
    mbedtls_ccm_init(&ccm_context);
    return mbedtls_ccm_setkey(&ccm_context, MBEDTLS_CIPHER_ID_AES, small, bits);
}

static int ccm(void)
{
    return mbedtls_ccm_encrypt_and_tag(&ccm_context, PRIMITIVE_BYTES, small, 12, NULL, 0,
                                       primitive_buffer, primitive_buffer, small, 16);
}

static void ccm_end(void)
{
    mbedtls_ccm_free(&ccm_context);
}
#endif

#if defined(MBEDTLS_CTR_DRBG_C)
static mbedtls_ctr_drbg_context ctr;

static int ctr_seed(uint32_t bits)
{
    (void) bits;
    mbedtls_ctr_drbg_init(&ctr);
    return mbedtls_ctr_drbg_seed(&ctr, primitive_random, NULL, NULL, 0);
}

static int ctr_drbg(void)
{
    return mbedtls_ctr_drbg_random(&ctr, primitive_buffer, PRIMITIVE_BYTES);
}

static void ctr_end(void)
{
    mbedtls_ctr_drbg_free(&ctr);
}
#endif

#if defined(MBEDTLS_HMAC_DRBG_C)
static mbedtls_hmac_drbg_context hmac;

static int hmac_seed(uint32_t bits)
{
    (void) bits;
    mbedtls_hmac_drbg_init(&hmac);
    return mbedtls_hmac_drbg_seed(&hmac, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
                                  primitive_random, NULL, NULL, 0);
}

static int hmac_drbg(void)
{
    return mbedtls_hmac_drbg_random(&hmac, primitive_buffer, PRIMITIVE_BYTES);
}

static void hmac_end(void)
{
    mbedtls_hmac_drbg_free(&hmac);
}
#endif

const struct primitive primitives_plain[] = {
#if defined(MBEDTLS_SHA256_C)
    { "sha-256", 0, nothing, sha256, NULL, ROUNDS },
#endif
#if defined(MBEDTLS_SHA512_C)
    { "sha-512", 0, nothing, sha512, NULL, ROUNDS },
#endif
#if defined(MBEDTLS_AES_C) && defined(MBEDTLS_CIPHER_MODE_CBC)
    { "aes-128-cbc", 128, cbc_key, cbc, NULL, ROUNDS },
    { "aes-192-cbc", 192, cbc_key, cbc, NULL, ROUNDS },
    { "aes-256-cbc", 256, cbc_key, cbc, NULL, ROUNDS },
#endif
#if defined(MBEDTLS_GCM_C)
    { "aes-128-gcm", 128, gcm_key, gcm, gcm_end, ROUNDS },
#endif
#if defined(MBEDTLS_CCM_C)
    { "aes-128-ccm", 128, ccm_key, ccm, ccm_end, ROUNDS },
#endif
#if defined(MBEDTLS_CTR_DRBG_C)
    { "ctr-drbg", 0, ctr_seed, ctr_drbg, ctr_end, ROUNDS },
#endif
#if defined(MBEDTLS_HMAC_DRBG_C)
    { "hmac-drbg-sha-256", 0, hmac_seed, hmac_drbg, hmac_end, ROUNDS },
#endif
    { NULL, 0, NULL, NULL, NULL, 0 }
};
