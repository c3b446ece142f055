/* Records: ssl_record.h. */
#include MBEDTLS_CONFIG_FILE

#if defined(MBEDTLS_SSL_TLS_C)

#include "ssl_record.h"

#include <string.h>

/* RFC 5246, 6.2.3.1: the MAC of a record whose header and text stand in p. */
static void mac(ssl_protection *by, const unsigned char *p, size_t text_len, unsigned char out[SHA256_LEN])
{
    unsigned char pseudo[8 + RECORD_HEADER];
    hmac_context hmac;
    int i;

    for (i = 0; i < 8; i++) {
        pseudo[i] = (unsigned char) (by->sequence >> (56 - 8 * i));
    }
    memcpy(pseudo + 8, p, 3);
    pseudo[11] = (unsigned char) (text_len >> 8);
    pseudo[12] = (unsigned char) text_len;
    hmac_starts(&hmac, by->mac_key, sizeof(by->mac_key));
    hmac_update(&hmac, pseudo, sizeof(pseudo));
    hmac_update(&hmac, p + RECORD_HEADER, text_len);
    hmac_finish(&hmac, out);
    by->sequence++;
}

int record_flush(mbedtls_ssl_context *ssl)
{
    while (ssl->out_sent < ssl->out_len) {
        int n = ssl->send(ssl->bio, ssl->out + ssl->out_sent, ssl->out_len - ssl->out_sent);

        if (n <= 0) {
            return n == 0 ? MBEDTLS_ERR_SSL_WANT_WRITE : n;
        }
        ssl->out_sent += (size_t) n;
    }
    return 0;
}

int record_write(mbedtls_ssl_context *ssl, int type, size_t len)
{
    unsigned char *p = ssl->out;
    size_t all = len;

    p[0] = (unsigned char) type;
    p[1] = 3;
    p[2] = 3;
    if (ssl->writes.on) {
        mac(&ssl->writes, p, len, p + RECORD_HEADER + len);
        all += SHA256_LEN;
    }
    p[3] = (unsigned char) (all >> 8);
    p[4] = (unsigned char) all;
    ssl->out_len = RECORD_HEADER + all;
    ssl->out_sent = 0;
    return record_flush(ssl);
}

/* Reads until the record in `in` has want bytes. */
static int fetch(mbedtls_ssl_context *ssl, size_t want)
{
    while (ssl->in_len < want) {
        int n = ssl->recv(ssl->bio, ssl->in + ssl->in_len, want - ssl->in_len, ssl->conf->read_timeout_ms);

        if (n <= 0) {
            return n == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : n;
        }
        ssl->in_len += (size_t) n;
    }
    return 0;
}

static int alert(const unsigned char *text, size_t len)
{
    const unsigned char fatal = 2;

    if (len != 2) {
        return MBEDTLS_ERR_SSL_INVALID_RECORD;
    }
    if (text[0] == fatal) {
        return MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE;
    }
    return text[1] == MBEDTLS_SSL_ALERT_MSG_CLOSE_NOTIFY ? MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY : MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE;
}

int record_read(mbedtls_ssl_context *ssl)
{
    unsigned char *p = ssl->in, want[SHA256_LEN], differs = 0;
    size_t len;
    int ret, i;

    if ((ret = fetch(ssl, RECORD_HEADER)) != 0) {
        return ret;
    }
    len = (size_t) p[3] << 8 | p[4];
    if (p[1] != 3 || len > RECORD_MOST - RECORD_HEADER || (ssl->reads.on && len < SHA256_LEN)) {
        return MBEDTLS_ERR_SSL_INVALID_RECORD;
    }
    if ((ret = fetch(ssl, RECORD_HEADER + len)) != 0) {
        return ret;
    }
    ssl->in_len = 0;
    if (ssl->reads.on) {
        len -= SHA256_LEN;
        mac(&ssl->reads, p, len, want);
        for (i = 0; i < SHA256_LEN; i++) {
            differs |= want[i] ^ p[RECORD_HEADER + len + (size_t) i];
        }
        if (differs != 0) {
            return MBEDTLS_ERR_SSL_INVALID_MAC;
        }
    }
    ssl->in_type = p[0];
    ssl->in_at = RECORD_HEADER;
    ssl->in_left = len;
    return p[0] == RECORD_ALERT ? alert(p + RECORD_HEADER, len) : 0;
}

#endif
