/* The manual's session API (chapters 5.4 to 5.10 and 7.1), under its names, on
 * the host contract.
 *
 * The manual's functions block. Here the wire does as a socket that does not:
 * mbedtls_client_connect, _read and _write return MBEDTLS_ERR_SSL_WANT_READ or
 * _WANT_WRITE where they would wait, and are to be called again with the same
 * arguments. That is Mbed TLS's own contract (7.2.3, 7.2.4), and what the
 * manual's own loops of 5.8 already do; a guest must return to its host to let
 * virtual time pass. */
#ifndef TLSLAB_SESSION_H
#define TLSLAB_SESSION_H

#include "tls.h"

#include "mbedtls/net_sockets.h"

#if !defined(MBEDTLS_CTR_DRBG_C) || !defined(MBEDTLS_ENTROPY_C) || !defined(MBEDTLS_X509_CRT_PARSE_C)
#error "MBEDTLS_CTR_DRBG_C, MBEDTLS_ENTROPY_C and MBEDTLS_X509_CRT_PARSE_C are needed: the session holds their contexts"
#endif
#include "mbedtls/ctr_drbg.h"
#include "mbedtls/entropy.h"

typedef struct MbedTLSSession {
    char *host; /* these three by malloc: mbedtls_client_close frees them */
    char *port;
    unsigned char *buffer; /* for the application, and the text of a failed verification */
    size_t buffer_len;

    mbedtls_ssl_context ssl;
    mbedtls_ssl_config conf;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context ctr_drbg;
    mbedtls_net_context server_fd;
    mbedtls_x509_crt cacert;
} MbedTLSSession;

/* All return 0 for success and else an error, but _read and _write: these
 * return what mbedtls_ssl_read and _write do, a count where they succeed (the
 * table of 7.1.4 says 0; the manual's samples take a count). */

/* Initialises every context and seeds the random numbers; entropy is a text that
 * makes the device's differ. Once for a session from malloc, whose first four
 * fields the caller has set. */
int mbedtls_client_init(MbedTLSSession *session, void *entropy, size_t entropyLen);
/* Trusts tlslab_root, sets the host's name and the configuration.
 * A certificate that can't be verified does not end the connection: the manual's
 * default is MBEDTLS_SSL_VERIFY_OPTIONAL. With TLSLAB_VERIFY_REQUIRED it does. */
int mbedtls_client_context(MbedTLSSession *session);
/* Connects and shakes hands, and prints what came of the verification. */
int mbedtls_client_connect(MbedTLSSession *session);
int mbedtls_client_read(MbedTLSSession *session, unsigned char *buf, size_t len);
int mbedtls_client_write(MbedTLSSession *session, const unsigned char *buf, size_t len);
/* Says so to the server, and frees the session too. After any error. */
int mbedtls_client_close(MbedTLSSession *session);

#endif
