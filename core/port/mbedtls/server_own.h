/* A server's own certificates and key (params.h, PARAM_CHAIN and PARAM_KEY). In an
 * image that has none to parse it comes to nothing. */
#ifndef TLSLAB_SERVER_OWN_H
#define TLSLAB_SERVER_OWN_H

#include "tls.h"

#if defined(MBEDTLS_X509_CRT_PARSE_C)

void own_init(void);
int own_load(mbedtls_ssl_config *conf);
void own_free(void);

#else

#define own_init() ((void) 0)
#define own_load(conf) 0
#define own_free() ((void) 0)

#endif

#endif
