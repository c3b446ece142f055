/* What a server is asked for: suite, group, version, keys,
 * password, certificates (params.h has the list). */
#ifndef TLSLAB_SERVER_PARAMS_H
#define TLSLAB_SERVER_PARAMS_H

#include "tls.h"

int params_conf(mbedtls_ssl_config *conf);  /* before mbedtls_ssl_setup */
int params_setup(mbedtls_ssl_context *ssl); /* after it */

#endif
