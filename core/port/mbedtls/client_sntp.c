/* SNTP over the host's wire (client_sntp.h). What is received in one piece is
 * one answer. A clock that could not be set stays as it was. */
#define TLSLAB_SNTP 1
#include "client_sntp.h"

#include <string.h>

#include "tls.h"

#define LEN 48 /* bytes of a message without its optional fields (RFC 4330, 4) */

/* Seconds from 1900, where the era begins, and from 2036, where the next one
 * does, to 1970 (RFC 4330, 3). */
#define ERA_0 (-2208988800LL)
#define ERA_1 2085978496LL

int64_t tlslab_clock_offset_s; /* time() adds it */

static unsigned char ours[8]; /* transmit timestamp of the request under way */
static uint32_t requests, refused, reason;
static int64_t asked_us, deadline_us;
static enum { ASK, WAIT, OVER } stage;

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8 | p[3];
}

static int64_t unix_us(const unsigned char *p)
{
    int64_t s = be32(p);

    s += s & 0x80000000LL ? ERA_0 : ERA_1;
    return s * 1000000 + (int64_t) ((uint64_t) be32(p + 4) * 1000000 >> 32);
}

static int over(uint32_t set)
{
    uint64_t offset = (uint64_t) tlslab_clock_offset_s;
    uint32_t words[6] = { set, requests, refused, reason, (uint32_t) offset, (uint32_t) (offset >> 32) };

    stage = OVER;
    host_event(TLSLAB_EVENT_CLOCK, words, sizeof(words));
    return 0;
}

static int ask(void)
{
    unsigned char request[LEN] = { 4 << 3 | 3 }; /* version 4, mode 3: a client */

    /* Not the time, which is wrong: what nobody can guess who does not see it. */
    if (host_entropy(ours, sizeof(ours)) != 0) {
        return -1;
    }
    memcpy(request + 40, ours, sizeof(ours));
    asked_us = host_monotonic_us();
    deadline_us = asked_us + ((int64_t) tlslab_sntp.timeout_ms * 1000 << requests);
    requests++;
    return host_send(request, LEN) == LEN ? 0 : -1;
}

/* Why an answer must not be taken (RFC 4330, 5); 0 where it may. */
static uint32_t refusal(const unsigned char *p, int32_t len)
{
    if (len != LEN) {
        return CLOCK_LENGTH;
    }
    if (memcmp(p + 24, ours, sizeof(ours)) != 0) {
        return CLOCK_ORIGINATE;
    }
    if ((p[0] & 7) != 4) {
        return CLOCK_MODE;
    }
    if ((p[0] >> 3 & 7) != 4) {
        return CLOCK_VERSION;
    }
    if (p[1] == 0) {
        return CLOCK_KISS;
    }
    if (p[0] >> 6 == 3 || p[1] > 15) {
        return CLOCK_UNSYNCHRONISED;
    }
    if (be32(p + 40) == 0 && be32(p + 44) == 0) {
        return CLOCK_ZERO;
    }
    return 0;
}

/* The server's time when its answer left, and half the time both messages took. */
static uint32_t set(const unsigned char *p)
{
    int64_t received = unix_us(p + 32), sent = unix_us(p + 40);
    int64_t wire_us = host_monotonic_us() - asked_us - (sent - received);

    if (sent < received || wire_us < 0) {
        return CLOCK_DELAY;
    }
    tlslab_clock_offset_s = (sent + wire_us / 2) / 1000000 + tlslab_sntp.zone_s - host_rtc_s();
    return 0;
}

/* Takes one answer; 1 when the clock is set, -1 when the server is to be asked
 * no more, 0 to wait on: the true answer may come after a false one. */
static int take(const unsigned char *p, int32_t len)
{
    uint32_t why = refusal(p, len);

    if (why == 0) {
        why = set(p);
    }
    if (why == 0) {
        return 1;
    }
    refused++;
    reason = why;
    return why == CLOCK_KISS ? -1 : 0;
}

int clock_sync(void)
{
    unsigned char answer[128]; /* longer than an answer may be, to see that it is */

    report_phase(PHASE_TIME_SYNC);
    while (stage != OVER) {
        int64_t left_us;
        int32_t n;
        int took;

        if (stage == ASK) {
            if (requests == tlslab_sntp.requests || ask() != 0) {
                return over(0);
            }
            stage = WAIT;
        }
        left_us = deadline_us - host_monotonic_us();
        n = host_recv(answer, sizeof(answer), left_us > 0 ? (uint32_t) ((left_us + 999) / 1000) : 1);
        switch (n) {
            case TLSLAB_RECV_WOULD_BLOCK:
                return 1;
            case TLSLAB_RECV_TIMEOUT:
                stage = ASK;
                continue;
            case TLSLAB_RECV_EOF:
            case TLSLAB_RECV_ERROR:
                return over(0);
        }
        if ((took = take(answer, n)) != 0) {
            return over(took > 0);
        }
    }
    return 0;
}
