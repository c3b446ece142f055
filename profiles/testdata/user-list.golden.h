/* Rendered by tlslab from a profile; edit the profile, not this file. */
#ifndef MBEDTLS_CONFIG_H
#define MBEDTLS_CONFIG_H

#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_PROTO_TLS1_2
/* config: */
#define MBEDTLS_MPI_WINDOW_SIZE 3
/* axis: */
#define MBEDTLS_ECP_WINDOW_SIZE 4
/* scenario own: */
#define MBEDTLS_AES_C
/* scenario own: */
#define MBEDTLS_CCM_C
/* scenario own: without MBEDTLS_SSL_PROTO_TLS1 */

#include "mbedtls/check_config.h"

#endif /* MBEDTLS_CONFIG_H */
