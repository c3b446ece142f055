/* What only the core's own files are meant to see of a TLS context: whether a
 * handshake came to what was asked for is not always in the public headers. */
#ifndef TLSLAB_TLS_INTERNAL_H
#define TLSLAB_TLS_INTERNAL_H

#include "tls.h"

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include "ssl_misc.h"
#else
#include "mbedtls/ssl_internal.h"
#endif

#endif
