/* The client's handshake with a pre-shared key (RFC 4279, 2), a state a step. */
#include MBEDTLS_CONFIG_FILE

#if defined(MBEDTLS_SSL_CLI_C)

#include "ssl_record.h"

#include <string.h>

enum { MESSAGE_CLIENT_HELLO = 1, MESSAGE_SERVER_HELLO = 2, MESSAGE_HELLO_DONE = 14, MESSAGE_KEY_EXCHANGE = 16, MESSAGE_FINISHED = 20 };

#define MESSAGE_HEADER 4
#define VERIFY_LEN 12 /* RFC 5246, 7.4.9 */

/* Where a message's body begins in the record under way. */
static unsigned char *body(mbedtls_ssl_context *ssl)
{
    return ssl->out + RECORD_HEADER + MESSAGE_HEADER;
}

static int send_message(mbedtls_ssl_context *ssl, int type, size_t len, int next)
{
    unsigned char *p = ssl->out + RECORD_HEADER;

    p[0] = (unsigned char) type;
    p[1] = (unsigned char) (len >> 16);
    p[2] = (unsigned char) (len >> 8);
    p[3] = (unsigned char) len;
    sha256_update(&ssl->messages, p, MESSAGE_HEADER + len);
    ssl->state = next;
    return record_write(ssl, RECORD_HANDSHAKE, MESSAGE_HEADER + len);
}

/* The body of the next message of the handshake, which must be of type and whole
 * in its record; NULL with *ret set where there is none. */
static const unsigned char *next_message(mbedtls_ssl_context *ssl, int type, size_t *len, int *ret)
{
    unsigned char *p;

    if (ssl->in_left == 0 && (*ret = record_read(ssl)) != 0) {
        return NULL;
    }
    p = ssl->in + ssl->in_at;
    *ret = MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE;
    if (ssl->in_type != RECORD_HANDSHAKE || ssl->in_left < MESSAGE_HEADER || p[0] != type) {
        return NULL;
    }
    *len = (size_t) p[1] << 16 | (size_t) p[2] << 8 | p[3];
    if (*len > ssl->in_left - MESSAGE_HEADER) {
        return NULL;
    }
    ssl->in_at += MESSAGE_HEADER + *len;
    ssl->in_left -= MESSAGE_HEADER + *len;
    *ret = 0;
    return p + MESSAGE_HEADER;
}

static int client_hello(mbedtls_ssl_context *ssl)
{
    unsigned char *p = body(ssl);
    int ret = ssl->conf->rng(ssl->conf->rng_ctx, ssl->random[0], sizeof(ssl->random[0]));

    if (ret != 0) {
        return ret;
    }
    *p++ = 3;
    *p++ = 3;
    memcpy(p, ssl->random[0], 32);
    p += 32;
    *p++ = 0; /* no session */
    *p++ = 0;
    *p++ = 4; /* the suite, and that renegotiation is secure (RFC 5746, 3.3) */
    *p++ = (unsigned char) (MBEDTLS_TLS_PSK_WITH_NULL_SHA256 >> 8);
    *p++ = (unsigned char) MBEDTLS_TLS_PSK_WITH_NULL_SHA256;
    *p++ = 0x00;
    *p++ = 0xff;
    *p++ = 1; /* no compression */
    *p++ = 0;
    return send_message(ssl, MESSAGE_CLIENT_HELLO, (size_t) (p - body(ssl)), MBEDTLS_SSL_SERVER_HELLO);
}

static int server_hello(mbedtls_ssl_context *ssl)
{
    size_t len, id_len;
    int ret;
    const unsigned char *p = next_message(ssl, MESSAGE_SERVER_HELLO, &len, &ret);

    if (p == NULL) {
        return ret;
    }
    sha256_update(&ssl->messages, p - MESSAGE_HEADER, MESSAGE_HEADER + len);
    if (len < 38 || p[0] != 3 || p[1] != 3 || (id_len = p[34]) > 32 || len < 38 + id_len ||
        ((size_t) p[35 + id_len] << 8 | p[36 + id_len]) != MBEDTLS_TLS_PSK_WITH_NULL_SHA256 || p[37 + id_len] != 0) {
        return MBEDTLS_ERR_SSL_BAD_HS_SERVER_HELLO;
    }
    ssl->major_ver = p[0];
    ssl->minor_ver = p[1];
    memcpy(ssl->random[1], p + 2, 32);
    ssl->state = MBEDTLS_SSL_SERVER_HELLO_DONE;
    return 0;
}

static int hello_done(mbedtls_ssl_context *ssl)
{
    size_t len;
    int ret;
    const unsigned char *p = next_message(ssl, MESSAGE_HELLO_DONE, &len, &ret);

    if (p != NULL) {
        sha256_update(&ssl->messages, p - MESSAGE_HEADER, MESSAGE_HEADER + len);
        ssl->state = MBEDTLS_SSL_CLIENT_KEY_EXCHANGE;
    }
    return ret;
}

/* RFC 4279, 2: the premaster secret is as many zeros as the key has bytes, and
 * the key, each with its length before it. */
static void derive(mbedtls_ssl_context *ssl)
{
    unsigned char premaster[2 * (2 + MBEDTLS_PSK_MAX_LEN)];
    size_t n = ssl->conf->psk_len;

    memset(premaster, 0, sizeof(premaster));
    premaster[0] = premaster[2 + n] = (unsigned char) (n >> 8);
    premaster[1] = premaster[3 + n] = (unsigned char) n;
    memcpy(premaster + 4 + n, ssl->conf->psk, n);
    tls12_prf(premaster, 4 + 2 * n, "master secret", ssl->random[0], ssl->random[1], 32, ssl->master, sizeof(ssl->master));
    tls12_prf(ssl->master, sizeof(ssl->master), "key expansion", ssl->random[1], ssl->random[0], 32,
              ssl->next_mac_key[0], sizeof(ssl->next_mac_key));
}

static int key_exchange(mbedtls_ssl_context *ssl)
{
    size_t n = ssl->conf->identity_len;

    if (2 + n + MESSAGE_HEADER > MBEDTLS_SSL_MAX_CONTENT_LEN) {
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    }
    body(ssl)[0] = (unsigned char) (n >> 8);
    body(ssl)[1] = (unsigned char) n;
    memcpy(body(ssl) + 2, ssl->conf->identity, n);
    derive(ssl);
    return send_message(ssl, MESSAGE_KEY_EXCHANGE, 2 + n, MBEDTLS_SSL_CLIENT_CHANGE_CIPHER_SPEC);
}

static void protect(ssl_protection *by, const unsigned char *mac_key)
{
    by->on = 1;
    by->sequence = 0;
    memcpy(by->mac_key, mac_key, sizeof(by->mac_key));
}

static int change_cipher_spec(mbedtls_ssl_context *ssl)
{
    int ret;

    ssl->out[RECORD_HEADER] = 1;
    ssl->state = MBEDTLS_SSL_CLIENT_FINISHED;
    if ((ret = record_write(ssl, RECORD_CCS, 1)) == 0) {
        protect(&ssl->writes, ssl->next_mac_key[0]);
    }
    return ret;
}

static void verify_data(mbedtls_ssl_context *ssl, const char *label, unsigned char out[VERIFY_LEN])
{
    unsigned char hash[SHA256_LEN];
    sha256_context copy = ssl->messages;

    sha256_finish(&copy, hash);
    tls12_prf(ssl->master, sizeof(ssl->master), label, hash, NULL, sizeof(hash), out, VERIFY_LEN);
}

static int finished(mbedtls_ssl_context *ssl)
{
    verify_data(ssl, "client finished", body(ssl));
    return send_message(ssl, MESSAGE_FINISHED, VERIFY_LEN, MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC);
}

static int server_change_cipher_spec(mbedtls_ssl_context *ssl)
{
    int ret = record_read(ssl);

    if (ret != 0) {
        return ret;
    }
    if (ssl->in_type != RECORD_CCS || ssl->in_left != 1) {
        return MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE;
    }
    ssl->in_left = 0;
    protect(&ssl->reads, ssl->next_mac_key[1]);
    ssl->state = MBEDTLS_SSL_SERVER_FINISHED;
    return 0;
}

static int server_finished(mbedtls_ssl_context *ssl)
{
    unsigned char want[VERIFY_LEN], differs = 0;
    size_t len, i;
    int ret;
    const unsigned char *p = next_message(ssl, MESSAGE_FINISHED, &len, &ret);

    if (p == NULL) {
        return ret;
    }
    verify_data(ssl, "server finished", want);
    for (i = 0; i < VERIFY_LEN && i < len; i++) {
        differs |= p[i] ^ want[i];
    }
    if (len != VERIFY_LEN || differs != 0) {
        return MBEDTLS_ERR_SSL_BAD_HS_FINISHED;
    }
    ssl->state = MBEDTLS_SSL_HANDSHAKE_WRAPUP;
    return 0;
}

int mbedtls_ssl_handshake_step(mbedtls_ssl_context *ssl)
{
    int ret = record_flush(ssl);

    if (ret != 0) {
        return ret;
    }
    switch (ssl->state) {
        case MBEDTLS_SSL_HELLO_REQUEST:
            sha256_starts(&ssl->messages);
            ssl->state = MBEDTLS_SSL_CLIENT_HELLO;
            return 0;
        case MBEDTLS_SSL_CLIENT_HELLO:
            return client_hello(ssl);
        case MBEDTLS_SSL_SERVER_HELLO:
            return server_hello(ssl);
        case MBEDTLS_SSL_SERVER_HELLO_DONE:
            return hello_done(ssl);
        case MBEDTLS_SSL_CLIENT_KEY_EXCHANGE:
            return key_exchange(ssl);
        case MBEDTLS_SSL_CLIENT_CHANGE_CIPHER_SPEC:
            return change_cipher_spec(ssl);
        case MBEDTLS_SSL_CLIENT_FINISHED:
            return finished(ssl);
        case MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC:
            return server_change_cipher_spec(ssl);
        case MBEDTLS_SSL_SERVER_FINISHED:
            return server_finished(ssl);
        default:
            ssl->state = MBEDTLS_SSL_HANDSHAKE_OVER;
            return 0;
    }
}

#endif
