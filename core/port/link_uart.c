/* Messages over a serial line, which may lose, change and add bytes. They
 * travel in packets; the guest sends one and waits for the host's with the
 * same number, polling all the while: a port that holds one byte is enough.
 * Without an answer in time it sends the packet again. The host never speaks
 * first. The Go side is emu/serial; a test holds the two together. */
#include "frame.h"
#include "link_packet.h"
#include "link_uart.h"

#include <string.h>

/* Timeouts in a row until the host is given up; hello waits without end. */
#define LINK_TRIES 100u

static uint8_t link_tx[LINK_PACKET], link_rx[LINK_PACKET];
static uint8_t link_number, link_greeted;

/* Cycles since link_open, and those of them spent in link_exchange. */
static uint64_t link_all, link_inside;
static uint32_t link_last;

/* To be called at least once in 2^32 cycles; the host sees that it was. */
static uint64_t link_clock(void)
{
    uint32_t now = link_uart_cycles();

    link_all += now - link_last;
    link_last = now;
    return link_all;
}

void reset_handler(void);

/* Starts anew, so that the host may begin another run. */
void link_stop(void)
{
    for (;;) {
#if __ARM_ARCH_PROFILE == 'M'
        *(volatile uint32_t *) 0xe000ed0cu = 0x05fa0004u; /* AIRCR: SYSRESETREQ */
#else
        reset_handler();
#endif
    }
}

void link_open(void)
{
    link_uart_open();
    link_uart_count();
    link_last = link_uart_cycles();
}

/* Sends link_tx. What arrives meanwhile answers an earlier packet. */
static void link_send(uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        while (link_uart_put(link_tx[i]) == 0) {
            link_uart_get();
        }
    }
}

/* Polls for the host's packet with this number; its flags, or 0 when the time
 * is over. */
static uint8_t link_wait(void)
{
    uint32_t have = 0;

    for (uint32_t polls = link_uart_polls; polls > 0; polls--) {
        int32_t byte = link_uart_get(), len;

        link_clock();
        if (byte < 0) {
            continue;
        }
        link_rx[have++] = (uint8_t) byte;
        while (have > 0 && (len = link_packet_parse(link_rx, have)) != 0) {
            if (len > 0 && (link_rx[1] & LINK_HOST) != 0 && link_rx[2] == link_number) {
                return link_rx[1];
            }
            len = len > 0 ? len : 1;
            have -= (uint32_t) len;
            memmove(link_rx, link_rx + len, have);
        }
    }
    return 0;
}

/* Sends the payload in link_tx until the host answers; the answer is in
 * link_rx. */
static void link_ask(uint32_t flags, uint32_t len)
{
    uint32_t packet, tries = 0;
    uint8_t answer = LINK_WAIT;

    flags |= link_greeted ? 0u : LINK_FIRST;
    link_number++;
    packet = link_packet_seal(link_tx, flags, link_number, len);
    while (answer == 0 || (answer & LINK_WAIT) != 0) {
        link_send(packet);
        while (((answer = link_wait()) & LINK_WAIT) != 0) {
            tries = 0;
        }
        if (answer == 0) {
            if (link_greeted && ++tries == LINK_TRIES) {
                link_stop();
            }
            link_uart_open(); /* a byte too many stops some receivers */
        }
    }
    if ((answer & LINK_STOP) != 0) {
        link_stop();
    }
    link_greeted = 1;
}

uint32_t link_exchange(const uint32_t head[FRAME_HEAD], const void *payload, void *reply,
                       uint32_t room, int32_t *result)
{
    const uint64_t entered = link_clock(), own = entered - link_inside;
    const uint32_t words[FRAME_HEAD] = { head[0], head[1], (uint32_t) own, (uint32_t) (own >> 32) };
    const uint32_t total = sizeof(words) + head[1];
    uint32_t answer[2] = { 0, 0 }, at = 0, n, flags = LINK_START;

    while (at < total) {
        for (n = 0; n < LINK_PAYLOAD && at < total; n++, at++) {
            link_tx[LINK_HEAD + n] = at < sizeof(words) ? ((const uint8_t *) words)[at]
                                                        : ((const uint8_t *) payload)[at - sizeof(words)];
        }
        link_ask(at < total ? flags | LINK_MORE : flags, n);
        flags = 0;
    }
    for (at = 0;;) {
        for (n = 0; n < link_rx[3]; n++, at++) {
            if (at < sizeof(answer)) {
                ((uint8_t *) answer)[at] = link_rx[LINK_HEAD + n];
            } else if (at - sizeof(answer) < room) {
                ((uint8_t *) reply)[at - sizeof(answer)] = link_rx[LINK_HEAD + n];
            } else {
                link_stop();
            }
        }
        if ((link_rx[1] & LINK_MORE) == 0) {
            break;
        }
        link_ask(LINK_NEXT, 0);
    }
    if (at != sizeof(answer) + answer[0]) {
        link_stop();
    }
    *result = (int32_t) answer[1];
    link_inside += link_clock() - entered;
    return answer[0];
}
