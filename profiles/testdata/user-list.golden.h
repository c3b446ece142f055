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

#ifndef MBEDTLS_BUILD_INFO_H /* since 3.0 it derives more options, then checks by itself */
#include "mbedtls/check_config.h"
#elif defined(MBEDTLS_SSL_MAX_CONTENT_LEN) /* one option for both, until 3.0 */
#ifndef MBEDTLS_SSL_IN_CONTENT_LEN
#define MBEDTLS_SSL_IN_CONTENT_LEN MBEDTLS_SSL_MAX_CONTENT_LEN
#endif
#ifndef MBEDTLS_SSL_OUT_CONTENT_LEN
#define MBEDTLS_SSL_OUT_CONTENT_LEN MBEDTLS_SSL_MAX_CONTENT_LEN
#endif
#endif

#endif /* MBEDTLS_CONFIG_H */
