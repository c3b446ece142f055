/* What a datagram transport asks of both ends beyond tls.h: retransmission
 * timers on virtual time, MTU, the limit of bad MACs (RFC 6347). */
#ifndef TLSLAB_DTLS_H
#define TLSLAB_DTLS_H

#include "tls.h"

/* Words in this order; the server gets them from its host (emu/peer), the
 * client has them compiled in (core). */
struct dtls_settings {
    uint32_t mtu;            /* most bytes of a datagram */
    uint32_t timeout_min_ms; /* first wait for an answer to a flight; doubled each time */
    uint32_t timeout_max_ms; /* when a wait was this long the handshake fails */
    uint32_t badmac_limit;   /* records with a bad MAC before the connection ends; 0: no limit */
    uint32_t cookie;         /* the server asks for one (HelloVerifyRequest) */
    uint32_t reconnect;      /* the client, once connected, starts anew without a word */
    uint32_t version;        /* highest, as TLS numbers it: 0x0302 is DTLS 1.0; 0: the core's own */
    uint32_t answer_len;     /* bytes the client waits for */
    uint32_t cid_len;        /* bytes of each end's connection ID (RFC 9146); 0: none */
};

extern const struct dtls_settings tlslab_dtls; /* the client's (client_dtls.c) */

/* Before mbedtls_ssl_setup; an Mbed TLS error where the configuration lacks
 * what is asked for. */
int dtls_conf(mbedtls_ssl_config *conf, const struct dtls_settings *s);
/* After it: timer, MTU, connection ID, wire. */
int dtls_setup(mbedtls_ssl_context *ssl, const struct dtls_settings *s);
/* After the handshake: an error where the other end has no connection ID. */
int dtls_connected(mbedtls_ssl_context *ssl, const struct dtls_settings *s);
/* A server's next datagram begins a handshake: no timer runs until then. */
void dtls_listen(void);
/* Whether what returned MBEDTLS_ERR_SSL_WANT_READ waits for the wire. It does
 * not after a retransmission: then it is to be called again. */
int dtls_waits(void);

#endif
