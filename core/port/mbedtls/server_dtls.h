/* What a server does otherwise over datagrams than over a stream. In a device's
 * image with a stream (no TLSLAB_DTLS) it all comes to nothing. */
#ifndef TLSLAB_SERVER_DTLS_H
#define TLSLAB_SERVER_DTLS_H

#include "tls.h"

#if defined(TLSLAB_DTLS)

/* Takes struct dtls_settings as the host wrote it; no bytes: a stream. */
void server_load(const unsigned char *settings, uint32_t len);
int server_transport(void); /* MBEDTLS_SSL_TRANSPORT_* */
int server_conf(mbedtls_ssl_config *conf);   /* before mbedtls_ssl_setup */
int server_setup(mbedtls_ssl_context *ssl); /* after it: the wire */
/* What a step of the handshake that ended with ret comes to. */
int server_verified(mbedtls_ssl_context *ssl, int ret);
/* Whether MBEDTLS_ERR_SSL_WANT_READ waits for the wire. */
int server_waits(void);
void server_free(void);

#else

#define server_load(settings, len) ((void) (settings), (void) (len))
#define server_transport() MBEDTLS_SSL_TRANSPORT_STREAM
#define server_conf(conf) 0
#define server_setup(ssl) (mbedtls_ssl_set_bio(ssl, NULL, wire_send, NULL, wire_recv), 0)
#define server_verified(ssl, ret) (ret)
#define server_waits() 1
#define server_free() ((void) 0)

#endif

#endif
