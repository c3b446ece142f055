/* What the client does otherwise over datagrams than over a stream. Where the
 * scenario has a stream it all comes to nothing: the image has no DTLS. */
#ifndef TLSLAB_CLIENT_DTLS_H
#define TLSLAB_CLIENT_DTLS_H

#include "tls.h"

#if defined(TLSLAB_DTLS)

#define TRANSPORT MBEDTLS_SSL_TRANSPORT_DATAGRAM

int transport_conf(mbedtls_ssl_config *conf);
int transport_setup(mbedtls_ssl_context *ssl);
/* Whether the handshake that is over was not the last, or not as asked for: *ret. */
int transport_begins_anew(mbedtls_ssl_context *ssl, int *ret);
/* Whether `received` bytes are the whole answer: a close_notify may get lost. */
int transport_complete(uint32_t received);
/* Whether the request is to be sent again after a read that ended with ret. */
int transport_asks_again(mbedtls_ssl_config *conf, int ret);
/* Whether MBEDTLS_ERR_SSL_WANT_READ waits for the wire (dtls.h, dtls_waits). */
int transport_waits(void);

#else

#define TRANSPORT MBEDTLS_SSL_TRANSPORT_STREAM
#define transport_conf(conf) 0
#define transport_setup(ssl) (mbedtls_ssl_set_bio(ssl, NULL, wire_send, NULL, wire_recv), 0)
#define transport_begins_anew(ssl, ret) 0
#define transport_complete(received) 0
#define transport_asks_again(conf, ret) 0
#define transport_waits() 1

#endif

#endif
