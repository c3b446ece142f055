/* The PRF of TLS 1.2 with SHA-256 (RFC 5246, 5). */
#include MBEDTLS_CONFIG_FILE

#if defined(MBEDTLS_SSL_PROTO_TLS1_2)

#include "mbedtls/sha256.h"

#include <string.h>

void tls12_prf(const unsigned char *secret, size_t secret_len, const char *label,
               const unsigned char *seed1, const unsigned char *seed2, size_t seed_len,
               unsigned char *out, size_t len)
{
    unsigned char a[SHA256_LEN], part[SHA256_LEN];
    hmac_context hmac;
    int first = 1;

    while (len > 0) {
        size_t n = len < sizeof(part) ? len : sizeof(part);

        hmac_starts(&hmac, secret, secret_len);
        if (first) { /* A(1) = HMAC(secret, label + seed) */
            hmac_update(&hmac, label, strlen(label));
            hmac_update(&hmac, seed1, seed_len);
            hmac_update(&hmac, seed2, seed2 != NULL ? seed_len : 0);
        } else {
            hmac_update(&hmac, a, sizeof(a));
        }
        hmac_finish(&hmac, a);
        first = 0;

        hmac_starts(&hmac, secret, secret_len);
        hmac_update(&hmac, a, sizeof(a));
        hmac_update(&hmac, label, strlen(label));
        hmac_update(&hmac, seed1, seed_len);
        hmac_update(&hmac, seed2, seed2 != NULL ? seed_len : 0);
        hmac_finish(&hmac, part);
        memcpy(out, part, n);
        out += n;
        len -= n;
    }
}

#endif
