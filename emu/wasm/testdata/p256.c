/* Doublings and additions on y^2 = x^3 - 3x + b over the P-256 prime, in
 * Jacobian coordinates with many small field functions: the shape of ECDHE. */
#include "guest.h"
#ifndef ROUNDS
#define ROUNDS 20
#endif

typedef uint32_t fe[8];
static const fe P = {0xffffffff, 0xffffffff, 0xffffffff, 0, 0, 0, 1, 0xffffffff};

static NOINLINE uint32_t sub(fe r, const fe a, const fe b) {
    uint32_t c = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t t = (uint64_t)a[i] - b[i] - c;
        r[i] = (uint32_t)t;
        c = (uint32_t)(t >> 32) & 1;
    }
    return c;
}
static NOINLINE uint32_t add(fe r, const fe a, const fe b) {
    uint32_t c = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t t = (uint64_t)a[i] + b[i] + c;
        r[i] = (uint32_t)t;
        c = (uint32_t)(t >> 32);
    }
    return c;
}
static int less(const fe a, const fe b) {
    for (int i = 7; i >= 0; i--)
        if (a[i] != b[i]) return a[i] < b[i];
    return 0;
}
static NOINLINE void fadd(fe r, const fe a, const fe b) {
    if (add(r, a, b) || !less(r, P)) sub(r, r, P);
}
static NOINLINE void fsub(fe r, const fe a, const fe b) {
    if (sub(r, a, b)) add(r, r, P);
}
/* Montgomery: P = -1 mod 2^32, so the factor is the limb itself. */
static NOINLINE void fmul(fe r, const fe a, const fe b) {
    uint32_t t[17] = {0};
    for (int i = 0; i < 8; i++) {
        uint64_t c = 0;
        for (int j = 0; j < 8; j++) {
            c += (uint64_t)a[j] * b[i] + t[i + j];
            t[i + j] = (uint32_t)c, c >>= 32;
        }
        uint64_t up = c;
        uint32_t m = t[i];
        c = 0;
        for (int j = 0; j < 8; j++) {
            c += (uint64_t)P[j] * m + t[i + j];
            t[i + j] = (uint32_t)c, c >>= 32;
        }
        up += c;
        for (int k = i + 8; up && k < 17; k++) {
            up += t[k];
            t[k] = (uint32_t)up, up >>= 32;
        }
    }
    if (t[16] || !less(t + 8, P)) sub(r, t + 8, P);
    else memcpy(r, t + 8, sizeof(fe));
}

struct point { fe x, y, z; };

static NOINLINE void twice(struct point *p) {
    fe d, g, b, a, t;
    fmul(d, p->z, p->z), fmul(g, p->y, p->y), fmul(b, p->x, g);
    fsub(t, p->x, d), fadd(a, p->x, d), fmul(a, a, t);
    fadd(t, a, a), fadd(a, a, t);
    fadd(p->z, p->y, p->z), fmul(p->z, p->z, p->z), fsub(p->z, p->z, g), fsub(p->z, p->z, d);
    fadd(b, b, b), fadd(b, b, b), fadd(t, b, b);
    fmul(p->x, a, a), fsub(p->x, p->x, t);
    fsub(b, b, p->x), fmul(p->y, a, b), fmul(g, g, g);
    fadd(g, g, g), fadd(g, g, g), fadd(g, g, g), fsub(p->y, p->y, g);
}

struct point point;

EXPORT(tlslab_step) int tlslab_step(void) {
    uint32_t x = 1;
    for (int i = 0; i < 8; i++) {
        x = x * 1103515245 + 12345, point.x[i] = x >> 1;
        x = x * 1103515245 + 12345, point.y[i] = x >> 1;
    }
    point.z[0] = 1;
    for (int r = 0; r < ROUNDS; r++) twice(&point);
    return 2;
}
