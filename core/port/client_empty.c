/* The client without TLS: it sends the request, reads the answer and ends. The
 * image that code size is measured against. */
#include "arena.h"
#include "port.h"
#include "scenario.h"

static enum { START, HANDSHAKE, WRITE, READ, CLOSE, OVER } stage; /* as client.c has them */
static uint32_t sent, received;
#if defined(TLSLAB_NO_BUFFER) /* the sample's is on the heap */
static unsigned char buffer[4];
#else
static unsigned char buffer[1024];
#endif

int32_t tlslab_step(void)
{
    int32_t n = host_send(tlslab_request + sent, tlslab_request_len - sent);
    uint32_t words[5];

    sent += (uint32_t) n;
    stage = OVER;
    received += (uint32_t) host_recv(buffer, sizeof(buffer), 0);
    words[0] = arena.peak + received + (uint32_t) tlslab_hostname[0] + (uint32_t) stage;
    host_event(TLSLAB_EVENT_DONE, words, sizeof(words));
    return STATUS_DONE;
}
