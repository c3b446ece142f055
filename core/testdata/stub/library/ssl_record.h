/* Records (RFC 5246, 6.2), for the handshake and application data alike. */
#ifndef STUB_SSL_RECORD_H
#define STUB_SSL_RECORD_H

#include "mbedtls/ssl.h"

enum { RECORD_CCS = 20, RECORD_ALERT = 21, RECORD_HANDSHAKE = 22, RECORD_DATA = 23 };

#define RECORD_HEADER 5
#define RECORD_MOST (RECORD_HEADER + MBEDTLS_SSL_MAX_CONTENT_LEN + SHA256_LEN)

/* Sends what a record that was made still has; 0 or an error. */
int record_flush(mbedtls_ssl_context *ssl);
/* Makes a record of type from the len bytes of text that stand in
 * out + RECORD_HEADER, protects it and sends it. */
int record_write(mbedtls_ssl_context *ssl, int type, size_t len);
/* Waits for a whole record and checks it: its type is in in_type, its text at
 * in_at, in_left bytes. An alert is an error, close_notify its own. */
int record_read(mbedtls_ssl_context *ssl);

#endif
