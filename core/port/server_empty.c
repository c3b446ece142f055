/* The server without TLS: it reads the request, answers and ends. The image that
 * code size is measured against. */
#include "arena.h"
#include "params.h"
#include "port.h"

static enum { START, HANDSHAKE, READ, WRITE, CLOSE, OVER } stage; /* as server.c has them */
static uint32_t sent, received;

int32_t tlslab_step(void)
{
    unsigned char c[256];
    uint32_t head_len, words[5];
    const unsigned char *head = param(PARAM_HEAD, &head_len);

    received += (uint32_t) host_recv(c, sizeof(c), 0);
    sent += (uint32_t) host_send(head, head_len + param_word(PARAM_BODY));
    stage = OVER;
    words[0] = arena.peak + received + sent + c[0] + (uint32_t) stage;
    host_event(TLSLAB_EVENT_DONE, words, sizeof(words));
    return STATUS_DONE;
}
