/* RSA, with a key that the host sends. */
#include "primitives.h"

#if defined(MBEDTLS_RSA_C) && defined(MBEDTLS_PK_PARSE_C)
#include "mbedtls/pk.h"

static mbedtls_pk_context key;

static int rsa_load(uint32_t bits)
{
    static unsigned char der[2500]; /* PKCS #8, RSA-4096: some 2,375 */
    int32_t len = host_recv(der, sizeof(der), 0);

    mbedtls_pk_init(&key);
    if (len <= 0) {
        return MBEDTLS_ERR_PK_KEY_INVALID_FORMAT;
    }
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    return mbedtls_pk_parse_key(&key, der, (size_t) len, NULL, 0, primitive_random, NULL);
#else
    (void) bits;
    return mbedtls_pk_parse_key(&key, der, (size_t) len, NULL, 0);
#endif
}

static int rsa_public(void)
{
    primitive_buffer[0] = 0;
    return mbedtls_rsa_public(mbedtls_pk_rsa(key), primitive_buffer, primitive_buffer);
}

/* With a context that has done a public operation, as in the benchmark. */
static int rsa_used(uint32_t bits)
{
    int ret = rsa_load(bits);

    return ret != 0 ? ret : rsa_public();
}

static int rsa_private(void)
{
    primitive_buffer[0] = 0;
    return mbedtls_rsa_private(mbedtls_pk_rsa(key), primitive_random, NULL, primitive_buffer,
                               primitive_buffer);
}

static void rsa_end(void)
{
    mbedtls_pk_free(&key);
}
#endif

const struct primitive primitives_rsa[] = {
#if defined(MBEDTLS_RSA_C) && defined(MBEDTLS_PK_PARSE_C)
    { "rsa-public", 0, rsa_load, rsa_public, rsa_end, 1 },
    { "rsa-private", 0, rsa_used, rsa_private, rsa_end, 1 },
#endif
    { NULL, 0, NULL, NULL, NULL, 0 }
};
