/* Montgomery exponentiation on 32-bit limbs (CIOS), the shape of RSA. */
#include "guest.h"
#ifndef LIMBS
#define LIMBS 8
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif

static uint32_t mod[LIMBS];
static uint32_t inverse; /* -mod^-1 mod 2^32 */
uint32_t result[LIMBS];

/* d += s * b over n limbs; returns the carry. */
static NOINLINE uint32_t mla(uint32_t *d, const uint32_t *s, uint32_t b, int n) {
    uint32_t c = 0;
    for (int i = 0; i < n; i++) {
        uint64_t t = (uint64_t)s[i] * b + d[i] + c;
        d[i] = (uint32_t)t;
        c = (uint32_t)(t >> 32);
    }
    return c;
}

static NOINLINE void montmul(uint32_t *r, const uint32_t *a, const uint32_t *b) {
    uint32_t t[2 * LIMBS + 1];
    memset(t, 0, sizeof t);
    for (int i = 0; i < LIMBS; i++) {
        uint32_t c = mla(t + i, a, b[i], LIMBS);
        uint64_t s = (uint64_t)t[i + LIMBS] + c;
        t[i + LIMBS] = (uint32_t)s;
        uint32_t up = (uint32_t)(s >> 32);
        c = mla(t + i, mod, t[i] * inverse, LIMBS);
        s = (uint64_t)t[i + LIMBS] + c;
        t[i + LIMBS] = (uint32_t)s;
        t[i + LIMBS + 1] += up + (uint32_t)(s >> 32);
    }
    int greater = t[2 * LIMBS] != 0;
    for (int i = LIMBS - 1; !greater && i >= 0; i--) {
        if (t[LIMBS + i] != mod[i]) {
            greater = t[LIMBS + i] > mod[i];
            break;
        }
    }
    uint32_t borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        uint64_t s = (uint64_t)t[LIMBS + i] - (greater ? mod[i] : 0) - borrow;
        r[i] = (uint32_t)s;
        borrow = (uint32_t)(s >> 32) & 1;
    }
}

EXPORT(tlslab_step) int tlslab_step(void) {
    uint32_t x = 12345, base[LIMBS], e[LIMBS];
    for (int i = 0; i < LIMBS; i++) {
        x = x * 1103515245 + 12345, mod[i] = x | (i == 0) | (i == LIMBS - 1) << 31;
        x = x * 1103515245 + 12345, base[i] = x >> (i == LIMBS - 1);
        x = x * 1103515245 + 12345, e[i] = x;
    }
    uint32_t inv = 1;
    for (int i = 0; i < 5; i++) inv *= 2 - mod[0] * inv;
    inverse = -inv;
    memcpy(result, base, sizeof base);
    for (int r = 0; r < ROUNDS; r++)
        for (int i = 32 * LIMBS - 1; i >= 0; i--) {
            montmul(result, result, result);
            if (e[i / 32] >> (i % 32) & 1) montmul(result, result, base);
        }
    return 2;
}
