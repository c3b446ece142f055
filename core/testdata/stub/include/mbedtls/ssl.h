/* What the lab's client calls, as Mbed TLS 2.28 declares it. */
#ifndef MBEDTLS_SSL_H
#define MBEDTLS_SSL_H

#include MBEDTLS_CONFIG_FILE

#include <stddef.h>
#include <stdint.h>

#include "mbedtls/sha256.h"
#include "mbedtls/ssl_ciphersuites.h"
#include "mbedtls/ssl_sizes.def"

#define MBEDTLS_ERR_SSL_BAD_INPUT_DATA        -0x7100 /**< Bad input parameters to function. */
#define MBEDTLS_ERR_SSL_INVALID_MAC           -0x7180 /**< Verification of the message MAC failed. */
#define MBEDTLS_ERR_SSL_INVALID_RECORD        -0x7200 /**< An invalid SSL record was received. */
#define MBEDTLS_ERR_SSL_CONN_EOF              -0x7280 /**< The connection indicated an EOF. */
#define MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE    -0x7700 /**< An unexpected message was received from our peer. */
#define MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE   -0x7780 /**< A fatal alert message was received from our peer. */
#define MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY     -0x7880 /**< The peer notified us that the connection is going to be closed. */
#define MBEDTLS_ERR_SSL_BAD_HS_SERVER_HELLO   -0x7980 /**< Processing of the ServerHello handshake message failed. */
#define MBEDTLS_ERR_SSL_BAD_HS_FINISHED       -0x7E80 /**< Processing of the Finished handshake message failed. */
#define MBEDTLS_ERR_SSL_ALLOC_FAILED          -0x7F00 /**< Memory allocation failed */
#define MBEDTLS_ERR_SSL_TIMEOUT               -0x6800 /**< The operation timed out. */
#define MBEDTLS_ERR_SSL_WANT_WRITE            -0x6880 /**< Connection requires a write call. */
#define MBEDTLS_ERR_SSL_WANT_READ             -0x6900 /**< No data of requested type currently available on underlying transport. */

#define MBEDTLS_SSL_IS_CLIENT 0
#define MBEDTLS_SSL_TRANSPORT_STREAM 0
#define MBEDTLS_SSL_TRANSPORT_DATAGRAM 1
#define MBEDTLS_SSL_PRESET_DEFAULT 0

#define MBEDTLS_SSL_ALERT_MSG_CLOSE_NOTIFY 0 /* 0x00 */

/* RFC 5246, 7.4: in the order of a handshake with a key. */
enum {
    MBEDTLS_SSL_HELLO_REQUEST, MBEDTLS_SSL_CLIENT_HELLO, MBEDTLS_SSL_SERVER_HELLO,
    MBEDTLS_SSL_SERVER_CERTIFICATE, MBEDTLS_SSL_SERVER_KEY_EXCHANGE, MBEDTLS_SSL_CERTIFICATE_REQUEST,
    MBEDTLS_SSL_SERVER_HELLO_DONE, MBEDTLS_SSL_CLIENT_CERTIFICATE, MBEDTLS_SSL_CLIENT_KEY_EXCHANGE,
    MBEDTLS_SSL_CERTIFICATE_VERIFY, MBEDTLS_SSL_CLIENT_CHANGE_CIPHER_SPEC, MBEDTLS_SSL_CLIENT_FINISHED,
    MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC, MBEDTLS_SSL_SERVER_FINISHED, MBEDTLS_SSL_FLUSH_BUFFERS,
    MBEDTLS_SSL_HANDSHAKE_WRAPUP, MBEDTLS_SSL_HANDSHAKE_OVER
};

typedef int mbedtls_ssl_send_t(void *ctx, const unsigned char *buf, size_t len);
typedef int mbedtls_ssl_recv_t(void *ctx, unsigned char *buf, size_t len);
typedef int mbedtls_ssl_recv_timeout_t(void *ctx, unsigned char *buf, size_t len, uint32_t timeout_ms);

typedef struct {
    int (*rng)(void *ctx, unsigned char *out, size_t len);
    void *rng_ctx;
    uint32_t read_timeout_ms;
    unsigned char psk[MBEDTLS_PSK_MAX_LEN];
    size_t psk_len;
    unsigned char *identity;
    size_t identity_len;
} mbedtls_ssl_config;

/* One direction's protection: HMAC-SHA256 over each record, nothing encrypted. */
typedef struct {
    int on;
    uint64_t sequence;
    unsigned char mac_key[SHA256_LEN];
} ssl_protection;

typedef struct {
    const mbedtls_ssl_config *conf;
    int state;
    int major_ver, minor_ver;
    mbedtls_ssl_send_t *send;
    mbedtls_ssl_recv_timeout_t *recv;
    void *bio;

    unsigned char *in, *out; /* a record each, header and MAC included */
    size_t in_len;           /* bytes of the record in `in` that have come */
    size_t in_at, in_left;   /* what of its text is not read yet */
    int in_type;
    size_t out_len, out_sent;
    ssl_protection reads, writes;

    sha256_context messages; /* of the handshake so far */
    unsigned char random[2][32];
    unsigned char master[48];
    unsigned char next_mac_key[2][SHA256_LEN]; /* client's, server's */
} mbedtls_ssl_context;

void mbedtls_ssl_init(mbedtls_ssl_context *ssl);
void mbedtls_ssl_free(mbedtls_ssl_context *ssl);
void mbedtls_ssl_config_init(mbedtls_ssl_config *conf);
void mbedtls_ssl_config_free(mbedtls_ssl_config *conf);
int mbedtls_ssl_config_defaults(mbedtls_ssl_config *conf, int endpoint, int transport, int preset);
void mbedtls_ssl_conf_rng(mbedtls_ssl_config *conf, int (*f_rng)(void *, unsigned char *, size_t), void *p_rng);
void mbedtls_ssl_conf_read_timeout(mbedtls_ssl_config *conf, uint32_t timeout_ms);
int mbedtls_ssl_conf_psk(mbedtls_ssl_config *conf, const unsigned char *psk, size_t psk_len,
                         const unsigned char *identity, size_t identity_len);
int mbedtls_ssl_setup(mbedtls_ssl_context *ssl, const mbedtls_ssl_config *conf);
void mbedtls_ssl_set_bio(mbedtls_ssl_context *ssl, void *bio, mbedtls_ssl_send_t *f_send,
                         mbedtls_ssl_recv_t *f_recv, mbedtls_ssl_recv_timeout_t *f_recv_timeout);
int mbedtls_ssl_handshake_step(mbedtls_ssl_context *ssl);
int mbedtls_ssl_write(mbedtls_ssl_context *ssl, const unsigned char *buf, size_t len);
int mbedtls_ssl_read(mbedtls_ssl_context *ssl, unsigned char *buf, size_t len);
int mbedtls_ssl_close_notify(mbedtls_ssl_context *ssl);
const char *mbedtls_ssl_get_ciphersuite(const mbedtls_ssl_context *ssl);
int mbedtls_ssl_get_ciphersuite_id(const char *name);

#endif
