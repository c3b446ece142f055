/* SHA-256 (FIPS 180-4) and HMAC (RFC 2104). */
#ifndef MBEDTLS_SHA256_H
#define MBEDTLS_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN 32

typedef struct {
    uint32_t state[8];
    uint64_t bytes;
    unsigned char block[64];
} sha256_context;

typedef struct {
    sha256_context inner, outer;
} hmac_context;

void sha256_starts(sha256_context *ctx);
void sha256_update(sha256_context *ctx, const void *in, size_t len);
void sha256_finish(sha256_context *ctx, unsigned char out[SHA256_LEN]);

/* A key longer than 64 bytes is not hashed first: none here is. */
void hmac_starts(hmac_context *ctx, const unsigned char *key, size_t len);
void hmac_update(hmac_context *ctx, const void *in, size_t len);
void hmac_finish(hmac_context *ctx, unsigned char out[SHA256_LEN]);

/* The PRF of TLS 1.2 (RFC 5246, 5): len bytes from secret, label and the two seeds. */
void tls12_prf(const unsigned char *secret, size_t secret_len, const char *label,
               const unsigned char *seed1, const unsigned char *seed2, size_t seed_len,
               unsigned char *out, size_t len);

#endif
