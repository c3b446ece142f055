/* What a scenario asks of the reference server beyond a handshake with its
 * certificate or a key. */
#ifndef TLSLAB_SERVER_FEATURES_H
#define TLSLAB_SERVER_FEATURES_H

#include "tls.h"

int server_features_conf(mbedtls_ssl_config *conf); /* before mbedtls_ssl_setup */
/* After each step of the handshake, which came to ret: ret, or an error where
 * it is over and not as asked for. */
int server_features_agreed(mbedtls_ssl_context *ssl, int ret);
void server_features_free(void);

#endif
