/* What a server is told (emu/peer, ServerParams), by its host or compiled in:
 * the word PARAMS_VERSION, then parameters: a word tag, a word length, the bytes and
 * one to four NULs up to the next word. PARAM_END ends them. One that is not
 * there is the core's own choice. A tag keeps its number for ever. */
#ifndef TLSLAB_PARAMS_H
#define TLSLAB_PARAMS_H

#include <stdint.h>

#define PARAMS_VERSION 1u

enum {
    PARAM_END = 0,
    PARAM_SUITE = 1,        /* word: IANA number of the one suite to offer */
    PARAM_BODY = 2,         /* word: bytes of the answer's body */
    PARAM_GROUP = 3,        /* word: named group to insist on (RFC 8422) */
    PARAM_CHAIN = 4,        /* leaf first: PEM, or (TLSLAB_CHAIN_DER) one DER certificate after the other */
    PARAM_KEY = 5,          /* PEM, or DER as PARAM_CHAIN */
    PARAM_PSK = 6,
    PARAM_PSK_IDENTITY = 7,
    PARAM_HEAD = 8,         /* the answer's HTTP header */
    PARAM_VERSION = 9,      /* word: the one version, as TLS numbers it: 0x0303 */
    PARAM_PASSWORD = 10,    /* of ECJPAKE */
    PARAM_DTLS = 11,        /* struct dtls_settings (dtls.h); not there: a stream */
    PARAM_CLIENT_CA = 12,   /* PEM: roots of the client's certificate */
    PARAM_CLIENT_AUTH = 13, /* word: what is asked of the client: 0 none, 1 optional, 2 required */
    PARAM_RESUME = 14,      /* word: RESUME_* (resume.h); not there: one connection */
    PARAM_LIE = 15,         /* word: LIE_* (server_lies.h); not there: none */
    PARAM_SNI = 16,         /* the host's name a client must send to be shown PARAM_SNI_CHAIN */
    PARAM_SNI_CHAIN = 17,   /* PEM, with PARAM_KEY as its key */
    PARAM_ALPN = 18,        /* protocols, the best first, each with a NUL */
    PARAM_AGREED = 19,      /* word: AGREED_* (the library's port) that the client must have agreed on */
    PARAM_MAX_FRAGMENT = 20, /* word: the code (RFC 6066, 4) that it must have asked for */
    PARAM_RENEGOTIATE = 21  /* word: RENEGOTIATE_* (renegotiate.h) */
};

/* The bytes of a parameter, with a NUL after them, and their number in *len;
 * NULL and 0 where it is not there. */
const unsigned char *param(uint32_t tag, uint32_t *len);
/* A parameter that is a word; 0 where it is not there. */
uint32_t param_word(uint32_t tag);

#endif
