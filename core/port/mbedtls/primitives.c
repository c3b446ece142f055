/* Runs single operations of the library, as Mbed TLS's own benchmark does, for
 * comparison with what others measured on silicon. The host names one
 * operation a step and reads its counters at the marks, which are log lines:
 * "begin NAME ROUNDS" and "end NAME". Some operations ask the host for a key. */
#include "primitives.h"

#include <string.h>

#include "arena.h"

#define NAME_BYTES 32u

unsigned char primitive_buffer[PRIMITIVE_BYTES];

extern const char tlslab_options[];
extern const uint32_t tlslab_options_len;

static uint32_t seed;

/* xorshift32 (Marsaglia, "Xorshift RNGs", 2003). */
int primitive_random(void *state, unsigned char *out, size_t len)
{
    (void) state;
    while (len > 0) {
        size_t n = len < sizeof(seed) ? len : sizeof(seed);

        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        memcpy(out, &seed, n);
        out += n;
        len -= n;
    }
    return 0;
}

static const struct primitive *find(const char *name)
{
    const struct primitive *const lists[] = { primitives_plain, primitives_rsa, primitives_curve };
    size_t i;

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const struct primitive *p;

        for (p = lists[i]; p->name != NULL; p++) {
            if (strcmp(p->name, name) == 0) {
                return p;
            }
        }
    }
    return NULL;
}

static uint32_t mark(char *text, const char *what, const char *name)
{
    size_t n = strlen(what), m = strlen(name);

    memcpy(text, what, n);
    memcpy(text + n, name, m);
    return (uint32_t) (n + m);
}

static int run(const struct primitive *p)
{
    char begin[NAME_BYTES + 16], end[NAME_BYTES + 16];
    uint32_t begin_len = mark(begin, "begin ", p->name), end_len = mark(end, "end ", p->name), i;
    int ret;

    begin[begin_len++] = ' ';
    begin[begin_len++] = (char) ('0' + p->rounds);
    seed = 2463534242u; /* whatever ran before */
    memset(primitive_buffer, 0, sizeof(primitive_buffer));
    ret = p->prepare(p->size);
    if (ret == 0 && p->rounds > 1) {
        ret = p->work();
    }
    if (ret == 0) {
        host_log(0, begin, begin_len);
        for (i = 0; i < p->rounds && ret == 0; i++) {
            ret = p->work();
        }
        host_log(0, end, end_len);
    }
    if (p->finish != NULL) {
        p->finish();
    }
    return ret;
}

int32_t tlslab_step(void)
{
    static int reported;
    char name[NAME_BYTES];
    const struct primitive *p;
    int32_t len;
    int ret;

    if (!reported) {
        host_event(TLSLAB_EVENT_OPTIONS, tlslab_options, tlslab_options_len);
        reported = 1;
    }
    len = host_recv(name, sizeof(name) - 1, 0);
    if (len <= 0) {
        uint32_t words[5] = { arena.peak, arena.live, arena.allocs, arena.high_water, 0 };

        host_event(TLSLAB_EVENT_DONE, words, sizeof(words));
        return STATUS_DONE;
    }
    name[len] = 0;
    p = find(name);
    if (p == NULL) {
        host_exit(2); /* no such operation in this configuration */
        return STATUS_DONE;
    }
    ret = run(p);
    if (ret != 0) {
        uint32_t words[3] = { (uint32_t) -ret, 0, PHASE_INIT };

        host_event(TLSLAB_EVENT_ERROR, words, sizeof(words));
        host_exit(1);
    }
    return STATUS_READY;
}
