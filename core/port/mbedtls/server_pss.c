/* RSA-PSS in TLS 1.2 (server_pss.h). The library asks the key for a signature when
 * the message is written but for it: this key then names the other scheme in the
 * message, and signs so. Both ends hash the message as it is sent. */
#include "server_pss.h"

#include "mbedtls/rsa.h"
#include "mbedtls/ssl_ciphersuites.h"
#include "tls_internal.h"

#define EXT_SIGNATURE_ALGORITHMS 13
#define PSS 8       /* first byte of rsa_pss_rsae_*: the second is the hash's number */
#define PKCS1 1     /* second byte of rsa_pkcs1_* */
#define SHA256 4    /* numbers of hashes (RFC 5246, 7.4.1.4.1) */
#define SHA512 6

static mbedtls_pk_context signer, *own;
static mbedtls_ssl_context *session;
static unsigned char hash_number;

static uint32_t number(const unsigned char *p, uint32_t n)
{
    uint32_t v = 0;

    while (n-- > 0) {
        v = v << 8 | *p++;
    }
    return v;
}

/* What follows a field of a length of n bytes and as many bytes as that says; end
 * where it does not fit. */
static const unsigned char *past(const unsigned char *p, const unsigned char *end, uint32_t n)
{
    if ((uint32_t) (end - p) < n || (uint32_t) (end - p) - n < number(p, n)) {
        return end;
    }
    return p + n + number(p, n);
}

/* The signature_algorithms of the ClientHello that was just read, with *len bytes;
 * NULL for none. */
static const unsigned char *schemes(const mbedtls_ssl_context *ssl, uint32_t *len)
{
    int datagram = ssl->conf->transport == MBEDTLS_SSL_TRANSPORT_DATAGRAM;
    const unsigned char *p = ssl->in_msg + (datagram ? 12 : 4), *end;
    uint32_t all = number(ssl->in_msg + 1, 3);

    if (ssl->in_msg[0] != MBEDTLS_SSL_HS_CLIENT_HELLO || all < 2 + 32 || all > MBEDTLS_SSL_IN_CONTENT_LEN - 12) {
        return NULL;
    }
    end = p + all;
    p = past(p + 2 + 32, end, 1);           /* session ID */
    p = datagram ? past(p, end, 1) : p;     /* cookie */
    p = past(past(p, end, 2), end, 1);      /* suites, compression */
    for (p += 2; p < end && end - p >= 4; p = past(p + 2, end, 2)) {
        const unsigned char *after = past(p + 2, end, 2);

        if (number(p, 2) == EXT_SIGNATURE_ALGORITHMS && after - p >= 6 && number(p + 4, 2) <= (uint32_t) (after - p - 6)) {
            *len = number(p + 4, 2);
            return p + 6;
        }
    }
    return NULL;
}

/* The hash of the RSA-PSS scheme that comes before all others that this key can
 * sign with; 0 where another comes first. */
static unsigned char preferred(const mbedtls_ssl_context *ssl, size_t key_len)
{
    uint32_t len = 0;
    const unsigned char *p = schemes(ssl, &len);

    for (; p != NULL && len >= 2; p += 2, len -= 2) {
        if (p[0] == PSS && p[1] >= SHA256 && p[1] <= SHA512 && key_len >= 2 * 16u * (p[1] - 2u) + 2) {
            return p[1];
        }
        if (p[1] == PKCS1 && p[0] >= SHA256 && p[0] <= SHA512) {
            return 0;
        }
    }
    return 0;
}

static int sign(mbedtls_rsa_context *rsa, int (*rng)(void *, unsigned char *, size_t), void *rng_ctx,
                mbedtls_md_type_t md, unsigned int hash_len, const unsigned char *hash, unsigned char *sig)
{
    unsigned char *scheme = session->out_msg + session->out_msglen - 2;
    int ret;

    scheme[0] = PSS;
    scheme[1] = hash_number;
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    (void) mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V21, md);
    ret = mbedtls_rsa_rsassa_pss_sign(rsa, rng, rng_ctx, md, hash_len, hash, sig);
#else
    mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V21, (int) md);
    ret = mbedtls_rsa_rsassa_pss_sign(rsa, rng, rng_ctx, MBEDTLS_RSA_PRIVATE, md, hash_len, hash, sig);
#endif
    (void) mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V15, MBEDTLS_MD_NONE);
    return ret;
}

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
static int sign_alt(void *rsa, int (*rng)(void *, unsigned char *, size_t), void *rng_ctx,
                    mbedtls_md_type_t md, unsigned int hash_len, const unsigned char *hash, unsigned char *sig)
{
    return sign(rsa, rng, rng_ctx, md, hash_len, hash, sig);
}
#else
static int sign_alt(void *rsa, int (*rng)(void *, unsigned char *, size_t), void *rng_ctx, int mode,
                    mbedtls_md_type_t md, unsigned int hash_len, const unsigned char *hash, unsigned char *sig)
{
    (void) mode;
    return sign(rsa, rng, rng_ctx, md, hash_len, hash, sig);
}
#endif

static size_t key_len_alt(void *rsa)
{
    return mbedtls_rsa_get_len(rsa);
}

/* Signs with this hash, whatever the library would take. */
static void take_hash(mbedtls_ssl_context *ssl)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    ssl->handshake->received_sig_algs[0] = (uint16_t) (hash_number << 8 | PKCS1);
    ssl->handshake->received_sig_algs[1] = MBEDTLS_TLS_SIG_NONE;
#else
    ssl->handshake->hash_algs.rsa = hash_number == SHA256 ? MBEDTLS_MD_SHA256
                                  : hash_number == SHA512 ? MBEDTLS_MD_SHA512 : MBEDTLS_MD_SHA384;
#endif
}

/* Whether the key exchange is signed, with a scheme that the message names. */
static int signs(const mbedtls_ssl_context *ssl)
{
    const mbedtls_ssl_ciphersuite_t *info = mbedtls_ssl_ciphersuite_from_id(ssl->session_negotiate->ciphersuite);

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    if (ssl->tls_version != MBEDTLS_SSL_VERSION_TLS1_2) {
        return 0;
    }
#else
    if (ssl->minor_ver != MBEDTLS_SSL_MINOR_VERSION_3) {
        return 0;
    }
#endif
    return info != NULL && (info->key_exchange == MBEDTLS_KEY_EXCHANGE_ECDHE_RSA || info->key_exchange == MBEDTLS_KEY_EXCHANGE_DHE_RSA);
}

void server_pss(mbedtls_ssl_context *ssl)
{
    mbedtls_ssl_key_cert *pair;
    mbedtls_rsa_context *rsa;

    if (ssl->state != MBEDTLS_SSL_SERVER_HELLO || ssl->handshake == NULL || (pair = ssl->handshake->key_cert) == NULL) {
        return;
    }
    if (pair->key == &signer) { /* of the connection before */
        pair->key = own;
    }
    if (!signs(ssl) || !mbedtls_pk_can_do(pair->key, MBEDTLS_PK_RSA)) {
        return;
    }
    rsa = mbedtls_pk_rsa(*pair->key);
    if ((hash_number = preferred(ssl, mbedtls_rsa_get_len(rsa))) == 0) {
        return;
    }
    mbedtls_pk_free(&signer);
    mbedtls_pk_init(&signer);
    if (mbedtls_pk_setup_rsa_alt(&signer, rsa, NULL, sign_alt, key_len_alt) == 0) {
        own = pair->key;
        pair->key = &signer;
        session = ssl;
        take_hash(ssl);
    }
}
