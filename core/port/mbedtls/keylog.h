/* Tells the host a connection's secrets, as a key log has them, so that a
 * capture of it can be read. Where nobody asks for them it all comes to nothing. */
#ifndef TLSLAB_KEYLOG_H
#define TLSLAB_KEYLOG_H

#include "tls.h"

#if defined(TLSLAB_KEYLOG)

void keylog_conf(mbedtls_ssl_config *conf);  /* before mbedtls_ssl_setup */
void keylog_setup(mbedtls_ssl_context *ssl); /* after it */

#else

#define keylog_conf(conf) ((void) 0)
#define keylog_setup(ssl) ((void) 0)

#endif

#endif
