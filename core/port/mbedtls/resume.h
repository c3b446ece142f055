/* How a connection takes up an earlier one; both ends use these numbers. */
#ifndef TLSLAB_RESUME_H
#define TLSLAB_RESUME_H

enum {
    RESUME_ID = 1,     /* the server kept the session under its ID (RFC 5246, 7.4.1.2) */
    RESUME_TICKET = 2, /* the client kept it for the server (RFC 5077) */
    RESUME_PSK = 3     /* a ticket that comes after the handshake (RFC 8446, 4.6.1) */
};

/* Whether a second session goes on with the first: the same master secret. A
 * handshake of its own makes a new one. */
#if !defined(MBEDTLS_VERSION_NUMBER) || MBEDTLS_VERSION_NUMBER < 0x03000000 || defined(MBEDTLS_SSL_PROTO_TLS1_2)
#define TLSLAB_MASTER 1
#define same_master(a, b) (memcmp((a)->master, (b)->master, sizeof((a)->master)) == 0)
#else
#define same_master(a, b) 0 /* TLS 1.3 alone has none */
#endif

/* TLS 1.3 says it by what it leaves out: a server that goes on shows no
 * certificate. Until 3.6.1 a client took every ticket unasked. */
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_SESSION_TICKETS) && MBEDTLS_VERSION_NUMBER >= 0x03060100
#define TLSLAB_RESUME_PSK 1
#endif

#endif
