package mbedtls

// reference is the reference ends' configuration: everything the core has by
// default, on this lab's port.
const reference = `/* The reference server: the library's own default configuration, less what
 * needs an operating system. */
#if __has_include("mbedtls/mbedtls_config.h")
#include "mbedtls/mbedtls_config.h"
#else
#include "mbedtls/config.h"
#endif
#undef MBEDTLS_NET_C
#undef MBEDTLS_FS_IO
#undef MBEDTLS_PSA_ITS_FILE_C
#undef MBEDTLS_PSA_CRYPTO_STORAGE_C
#undef MBEDTLS_DEBUG_C
#undef MBEDTLS_SELF_TEST
#define MBEDTLS_SSL_DTLS_CONNECTION_ID
/* With these a server keeps back a certificate whose usage does not fit. This
 * one has to show it, to see whether the client refuses. */
#undef MBEDTLS_X509_CHECK_KEY_USAGE
#undef MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE
/* Keys as long as a scenario's may be (profiles). */
#undef MBEDTLS_PSK_MAX_LEN
#define MBEDTLS_PSK_MAX_LEN 256
/* What a server of today leaves out, and a device of yesterday speaks. */
#define MBEDTLS_ARIA_C
#define MBEDTLS_ECJPAKE_C
#define MBEDTLS_KEY_EXCHANGE_ECJPAKE_ENABLED
#if !__has_include("mbedtls/mbedtls_config.h")
#define MBEDTLS_SSL_PROTO_SSL3
#define MBEDTLS_CIPHER_NULL_CIPHER
#define MBEDTLS_ENABLE_WEAK_CIPHERSUITES
#undef MBEDTLS_REMOVE_ARC4_CIPHERSUITES
#undef MBEDTLS_REMOVE_3DES_CIPHERSUITES
#endif
#define MBEDTLS_TIMING_ALT
#define MBEDTLS_NO_PLATFORM_ENTROPY
#define MBEDTLS_ENTROPY_HARDWARE_ALT
`
