/* SHA-256 (FIPS 180-4) and HMAC (RFC 2104). */
#include MBEDTLS_CONFIG_FILE

#if defined(MBEDTLS_SHA256_C)

#include "mbedtls/sha256.h"

#include <string.h>

static const uint32_t K[64] = {
#include "sha256_k.inc"
};

#define ROTR(x, n) ((x) >> (n) | (x) << (32 - (n)))

#define ROUND(a, b, c, d, e, f, g, h, i)                                                   \
    do {                                                                                   \
        uint32_t t1 = (h) + (ROTR(e, 6) ^ ROTR(e, 11) ^ ROTR(e, 25)) +                     \
                      (((e) & (f)) ^ (~(e) & (g))) + K[i] + w[i];                          \
        uint32_t t2 = (ROTR(a, 2) ^ ROTR(a, 13) ^ ROTR(a, 22)) +                           \
                      (((a) & (b)) ^ ((a) & (c)) ^ ((b) & (c)));                           \
        (d) += t1;                                                                         \
        (h) = t1 + t2;                                                                     \
    } while (0)

static void process(sha256_context *ctx, const unsigned char *p)
{
    uint32_t w[64], s[8];
    int i;

    for (i = 0; i < 16; i++, p += 4) {
        w[i] = (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8 | p[3];
    }
    for (; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];

        w[i] = w[i - 16] + (ROTR(a, 7) ^ ROTR(a, 18) ^ a >> 3) + w[i - 7] + (ROTR(b, 17) ^ ROTR(b, 19) ^ b >> 10);
    }
    memcpy(s, ctx->state, sizeof(s));
#if defined(MBEDTLS_SHA256_SMALLER)
    for (i = 0; i < 64; i++) {
        uint32_t last;

        ROUND(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], i);
        last = s[7];
        memmove(s + 1, s, 7 * sizeof(s[0]));
        s[0] = last;
    }
#else
    for (i = 0; i < 64; i += 8) {
        ROUND(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], i);
        ROUND(s[7], s[0], s[1], s[2], s[3], s[4], s[5], s[6], i + 1);
        ROUND(s[6], s[7], s[0], s[1], s[2], s[3], s[4], s[5], i + 2);
        ROUND(s[5], s[6], s[7], s[0], s[1], s[2], s[3], s[4], i + 3);
        ROUND(s[4], s[5], s[6], s[7], s[0], s[1], s[2], s[3], i + 4);
        ROUND(s[3], s[4], s[5], s[6], s[7], s[0], s[1], s[2], i + 5);
        ROUND(s[2], s[3], s[4], s[5], s[6], s[7], s[0], s[1], i + 6);
        ROUND(s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[0], i + 7);
    }
#endif
    for (i = 0; i < 8; i++) {
        ctx->state[i] += s[i];
    }
}

void sha256_starts(sha256_context *ctx)
{
    static const uint32_t first[8] = { /* FIPS 180-4, 5.3.3 */
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    };

    memcpy(ctx->state, first, sizeof(first));
    ctx->bytes = 0;
}

void sha256_update(sha256_context *ctx, const void *in, size_t len)
{
    const unsigned char *p = in;

    for (; len > 0; len--) {
        size_t at = (size_t) (ctx->bytes++ % sizeof(ctx->block));

        ctx->block[at] = *p++;
        if (at + 1 == sizeof(ctx->block)) {
            process(ctx, ctx->block);
        }
    }
}

void sha256_finish(sha256_context *ctx, unsigned char out[SHA256_LEN])
{
    uint64_t bits = ctx->bytes * 8;
    unsigned char length[8];
    int i;

    sha256_update(ctx, "\x80", 1);
    while (ctx->bytes % 64 != 56) {
        sha256_update(ctx, "", 1);
    }
    for (i = 0; i < 8; i++) {
        length[i] = (unsigned char) (bits >> (56 - 8 * i));
    }
    sha256_update(ctx, length, sizeof(length));
    for (i = 0; i < SHA256_LEN; i++) {
        out[i] = (unsigned char) (ctx->state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

static void pad(sha256_context *ctx, const unsigned char *key, size_t len, unsigned char with)
{
    unsigned char block[64];
    size_t i;

    for (i = 0; i < sizeof(block); i++) {
        block[i] = (unsigned char) ((i < len ? key[i] : 0) ^ with);
    }
    sha256_starts(ctx);
    sha256_update(ctx, block, sizeof(block));
}

void hmac_starts(hmac_context *ctx, const unsigned char *key, size_t len)
{
    pad(&ctx->inner, key, len, 0x36);
    pad(&ctx->outer, key, len, 0x5c);
}

void hmac_update(hmac_context *ctx, const void *in, size_t len)
{
    sha256_update(&ctx->inner, in, len);
}

void hmac_finish(hmac_context *ctx, unsigned char out[SHA256_LEN])
{
    unsigned char hash[SHA256_LEN];

    sha256_finish(&ctx->inner, hash);
    sha256_update(&ctx->outer, hash, sizeof(hash));
    sha256_finish(&ctx->outer, out);
}

#endif
