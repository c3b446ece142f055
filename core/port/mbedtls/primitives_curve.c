/* Operations on elliptic curves. Tables of multiples of a curve's generator
 * that the library computed are forgotten before each, as Mbed TLS's benchmark
 * does. */
#include "primitives.h"

#include <string.h>

#if defined(MBEDTLS_ECP_C)
#include "mbedtls/ecp.h"
#include "mbedtls/platform.h"

static mbedtls_ecp_group_id curve(uint32_t size)
{
    return size == 256   ? MBEDTLS_ECP_DP_SECP256R1
           : size == 384 ? MBEDTLS_ECP_DP_SECP384R1
                         : MBEDTLS_ECP_DP_CURVE25519;
}

static void forget(mbedtls_ecp_group *group)
{
    size_t i;

    /* A table of size 0 is a constant of the library's (3.x): it was not
     * computed and stays, as it does on the device. */
    if (group->T_size == 0) {
        return;
    }
    for (i = 0; i < group->T_size; i++) {
        mbedtls_ecp_point_free(&group->T[i]);
    }
    mbedtls_free(group->T);
    group->T = NULL;
    group->T_size = 0;
}

static mbedtls_ecp_group group;
static mbedtls_ecp_point theirs, result;
static mbedtls_mpi d, z;

static int ec_pair(uint32_t size)
{
    int ret;

    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&theirs);
    mbedtls_ecp_point_init(&result);
    mbedtls_mpi_init(&d);
    mbedtls_mpi_init(&z);
    ret = mbedtls_ecp_group_load(&group, curve(size));
    if (ret == 0) {
        ret = mbedtls_ecp_gen_keypair(&group, &d, &theirs, primitive_random, NULL);
    }
    forget(&group);
    return ret;
}

/* A point that is not the generator, as in WPA3-SAE. */
static int ec_mul(void)
{
    return mbedtls_ecp_mul(&group, &result, &d, &theirs, primitive_random, NULL);
}

static void ec_end(void)
{
    mbedtls_mpi_free(&z);
    mbedtls_mpi_free(&d);
    mbedtls_ecp_point_free(&result);
    mbedtls_ecp_point_free(&theirs);
    mbedtls_ecp_group_free(&group);
}
#endif

#if defined(MBEDTLS_ECDH_C) && defined(MBEDTLS_ECP_C)
#include "mbedtls/ecdh.h"

static int ecdh(void)
{
    return mbedtls_ecdh_compute_shared(&group, &z, &theirs, &d, primitive_random, NULL);
}

static int ecdhe(void)
{
    int ret = mbedtls_ecdh_gen_public(&group, &d, &result, primitive_random, NULL);

    return ret != 0 ? ret : ecdh();
}
#endif

#if defined(MBEDTLS_ECDSA_C)
#include "mbedtls/ecdsa.h"

static mbedtls_ecdsa_context signer;
static unsigned char signature[MBEDTLS_ECDSA_MAX_LEN];
static size_t signature_len, hash_len;

static int ecdsa_sign(void)
{
    return mbedtls_ecdsa_write_signature(&signer, MBEDTLS_MD_SHA256, primitive_buffer, hash_len,
                                         signature,
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
                                         sizeof(signature),
#endif
                                         &signature_len, primitive_random, NULL);
}

static int ecdsa_key(uint32_t size)
{
    int ret;

    memset(primitive_buffer, 0x2a, sizeof(primitive_buffer));
    hash_len = size / 8;
    mbedtls_ecdsa_init(&signer);
    ret = mbedtls_ecdsa_genkey(&signer, curve(size), primitive_random, NULL);
    forget(&signer.grp);
    return ret;
}

static int ecdsa_signed(uint32_t size)
{
    int ret = ecdsa_key(size);

    if (ret == 0) {
        ret = ecdsa_sign();
    }
    forget(&signer.grp);
    return ret;
}

static int ecdsa_verify(void)
{
    return mbedtls_ecdsa_read_signature(&signer, primitive_buffer, hash_len, signature,
                                        signature_len);
}

static void ecdsa_end(void)
{
    mbedtls_ecdsa_free(&signer);
}
#endif

const struct primitive primitives_curve[] = {
#if defined(MBEDTLS_ECDSA_C)
    { "ecdsa-p256-sign", 256, ecdsa_key, ecdsa_sign, ecdsa_end, 1 },
    { "ecdsa-p256-verify", 256, ecdsa_signed, ecdsa_verify, ecdsa_end, 1 },
    { "ecdsa-p384-sign", 384, ecdsa_key, ecdsa_sign, ecdsa_end, 1 },
    { "ecdsa-p384-verify", 384, ecdsa_signed, ecdsa_verify, ecdsa_end, 1 },
#endif
#if defined(MBEDTLS_ECDH_C) && defined(MBEDTLS_ECP_C)
    { "ecdhe-p256", 256, ec_pair, ecdhe, ec_end, 1 },
    { "ecdh-p256", 256, ec_pair, ecdh, ec_end, 1 },
    { "ecdhe-x25519", 255, ec_pair, ecdhe, ec_end, 1 },
    { "ecdh-x25519", 255, ec_pair, ecdh, ec_end, 1 },
#endif
#if defined(MBEDTLS_ECP_C)
    { "ecp-mul-p256", 256, ec_pair, ec_mul, ec_end, 1 },
#endif
    { NULL, 0, NULL, NULL, NULL, 0 }
};
