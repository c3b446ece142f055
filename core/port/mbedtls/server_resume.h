/* A server's part in resumption: it keeps sessions, or gives
 * tickets, and goes on after the first connection. */
#ifndef TLSLAB_SERVER_RESUME_H
#define TLSLAB_SERVER_RESUME_H

#include "tls.h"

#if defined(TLSLAB_FEATURES)

int server_resume_conf(mbedtls_ssl_config *conf);
/* Whether a read that came to *ret ended the first connection, and the next
 * begins: then *ret is whether it can. */
int server_resume_again(mbedtls_ssl_context *ssl, int *ret);
/* Whether this is the connection that is only made to be resumed. */
int server_resume_first(void);
/* Ends the first connection, in which the client had its answer. */
int server_resume_answered(mbedtls_ssl_context *ssl);
/* After each step of a handshake. */
void server_resume_watch(mbedtls_ssl_context *ssl);
/* Once connected: an error where the second connection is not the first's. */
int server_resume_agreed(mbedtls_ssl_context *ssl);
void server_resume_free(void);

#else

#define server_resume_again(ssl, ret) 0
#define server_resume_first() 0
#define server_resume_answered(ssl) 0

#endif

#endif
