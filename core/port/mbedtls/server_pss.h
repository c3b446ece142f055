/* The reference server signs the key exchange of TLS 1.2 with RSA-PSS where its
 * client puts that first, as servers of OpenSSL, GnuTLS and Go do (RFC 8446,
 * 4.2.3). Mbed TLS does not, and clients made from it may ask for what they refuse. */
#ifndef TLSLAB_SERVER_PSS_H
#define TLSLAB_SERVER_PSS_H

#include "tls.h"

/* After each step of the handshake. A measured device signs as its library does. */
#if defined(TLSLAB_DEVICE)
#define server_pss(ssl) ((void) 0)
#else
void server_pss(mbedtls_ssl_context *ssl);
#endif

#endif
