/* What a scenario asks of a server beyond a handshake with its certificate or a
 * key. In a device's image that is asked for nothing (no TLSLAB_FEATURES) it all
 * comes to nothing. */
#ifndef TLSLAB_SERVER_FEATURES_H
#define TLSLAB_SERVER_FEATURES_H

#include "tls.h"

#if defined(TLSLAB_FEATURES)

int server_features_conf(mbedtls_ssl_config *conf); /* before mbedtls_ssl_setup */
/* After each step of the handshake, which came to ret: ret, or an error where
 * it is over and not as asked for. */
int server_features_agreed(mbedtls_ssl_context *ssl, int ret);
void server_features_free(void);

#else

#define server_features_conf(conf) 0
#define server_features_agreed(ssl, ret) (ret)
#define server_features_free() ((void) 0)

#endif

#endif
