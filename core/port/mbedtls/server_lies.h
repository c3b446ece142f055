/* What the reference server says against the protocol where the host asks it
 * to: tries that a client has to refuse by itself. Nobody in between could make
 * them, as both ends agree on what was said. */
#ifndef TLSLAB_SERVER_LIES_H
#define TLSLAB_SERVER_LIES_H

#include "tls.h"

/* PARAM_LIE. A lie keeps its number for ever (emu/peer, Lies). */
enum {
    LIE_SUITE = 1,        /* ServerHello names a suite that was not offered */
    LIE_EXTENSION = 2,    /* it has an ALPN protocol that was not asked for */
    LIE_COMPRESSION = 3,  /* it names DEFLATE */
    LIE_RENEGOTIATION = 4 /* it passes RFC 5746 over, as servers did before it */
};

/* After each step of the handshake. A measured device tells none. */
#if defined(TLSLAB_DEVICE)
#define server_lies(ssl) ((void) 0)
#else
void server_lies(mbedtls_ssl_context *ssl);
#endif

#endif
