/* The reference server's parameters (params.h). */
#include "params.h"

#include <stddef.h>
#include <string.h>

/* Filled by the host before the first step. */
#define PARAMS_CAP (64u * 1024u)
__attribute__((aligned(4))) unsigned char tlslab_params[PARAMS_CAP];
const uint32_t tlslab_params_cap = PARAMS_CAP;

static uint32_t word(uint32_t at)
{
    uint32_t w;

    memcpy(&w, tlslab_params + at, sizeof(w));
    return w;
}

const unsigned char *param(uint32_t tag, uint32_t *len)
{
    uint32_t at = 4;

    *len = 0;
    if (word(0) != PARAMS_VERSION) {
        return NULL;
    }
    while (at <= PARAMS_CAP - 8 && word(at) != PARAM_END) {
        uint32_t n = word(at + 4);

        if (n >= PARAMS_CAP - 8 - at) {
            return NULL;
        }
        if (word(at) == tag) {
            *len = n;
            return tlslab_params + at + 8;
        }
        at += 8 + (n / 4 + 1) * 4;
    }
    return NULL;
}

uint32_t param_word(uint32_t tag)
{
    uint32_t len, w = 0;
    const unsigned char *p = param(tag, &len);

    if (len == sizeof(w)) {
        memcpy(&w, p, sizeof(w));
    }
    return w;
}
