/* What the host asks of the reference server: certificates, keys, suite, group,
 * version, password (params.h has the list). */
#ifndef TLSLAB_SERVER_PARAMS_H
#define TLSLAB_SERVER_PARAMS_H

#include "tls.h"

void params_init(void);
int params_conf(mbedtls_ssl_config *conf);  /* before mbedtls_ssl_setup */
int params_setup(mbedtls_ssl_context *ssl); /* after it */
void params_free(void);

#endif
