/* What the reference server agrees on with its client, and that it did. A
 * device that serves has none of it. */
#ifndef TLSLAB_SERVER_EXTENSIONS_H
#define TLSLAB_SERVER_EXTENSIONS_H

#include "tls.h"

#if defined(TLSLAB_EXTENSIONS)

int server_extensions_conf(mbedtls_ssl_config *conf);
/* While the handshake goes on: what is not known any more when it is over. */
void server_extensions_look(const mbedtls_ssl_context *ssl);
/* Once connected: an error where something was not agreed on. */
int server_extensions_agreed(const mbedtls_ssl_context *ssl);
/* Whether a request may be read; until then *ret is what asking for a second
 * handshake came to. */
int server_renegotiated(mbedtls_ssl_context *ssl, int *ret);
/* After a read of n bytes, the first one or not: an error where they did not
 * come as was agreed on. */
int server_extensions_read(const mbedtls_ssl_context *ssl, int first, int n);
void server_extensions_free(void);

#else

#define server_extensions_conf(conf) 0
#define server_extensions_look(ssl) ((void) 0)
#define server_extensions_agreed(ssl) 0
#define server_renegotiated(ssl, ret) 1
#define server_extensions_read(ssl, first, n) 0
#define server_extensions_free() ((void) 0)

#endif

#endif
