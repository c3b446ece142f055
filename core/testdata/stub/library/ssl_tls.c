/* Contexts, application data, closing. */
#include MBEDTLS_CONFIG_FILE

#if defined(MBEDTLS_SSL_TLS_C)

#include "ssl_record.h"

#include <stdlib.h>
#include <string.h>

void mbedtls_ssl_init(mbedtls_ssl_context *ssl)
{
    memset(ssl, 0, sizeof(*ssl));
}

void mbedtls_ssl_free(mbedtls_ssl_context *ssl)
{
    free(ssl->in);
    free(ssl->out);
    memset(ssl, 0, sizeof(*ssl));
}

void mbedtls_ssl_config_init(mbedtls_ssl_config *conf)
{
    memset(conf, 0, sizeof(*conf));
}

void mbedtls_ssl_config_free(mbedtls_ssl_config *conf)
{
    free(conf->identity);
    memset(conf, 0, sizeof(*conf));
}

int mbedtls_ssl_config_defaults(mbedtls_ssl_config *conf, int endpoint, int transport, int preset)
{
    (void) conf;
    return endpoint == MBEDTLS_SSL_IS_CLIENT && transport == MBEDTLS_SSL_TRANSPORT_STREAM &&
           preset == MBEDTLS_SSL_PRESET_DEFAULT ? 0 : MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
}

void mbedtls_ssl_conf_rng(mbedtls_ssl_config *conf, int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    conf->rng = f_rng;
    conf->rng_ctx = p_rng;
}

void mbedtls_ssl_conf_read_timeout(mbedtls_ssl_config *conf, uint32_t timeout_ms)
{
    conf->read_timeout_ms = timeout_ms;
}

int mbedtls_ssl_conf_psk(mbedtls_ssl_config *conf, const unsigned char *psk, size_t psk_len,
                         const unsigned char *identity, size_t identity_len)
{
    if (psk_len > sizeof(conf->psk)) {
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    }
    if ((conf->identity = calloc(1, identity_len)) == NULL) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    memcpy(conf->psk, psk, psk_len);
    memcpy(conf->identity, identity, identity_len);
    conf->psk_len = psk_len;
    conf->identity_len = identity_len;
    return 0;
}

int mbedtls_ssl_setup(mbedtls_ssl_context *ssl, const mbedtls_ssl_config *conf)
{
    ssl->conf = conf;
    ssl->in = calloc(1, RECORD_MOST);
    ssl->out = calloc(1, RECORD_MOST);
    return ssl->in != NULL && ssl->out != NULL ? 0 : MBEDTLS_ERR_SSL_ALLOC_FAILED;
}

void mbedtls_ssl_set_bio(mbedtls_ssl_context *ssl, void *bio, mbedtls_ssl_send_t *f_send,
                         mbedtls_ssl_recv_t *f_recv, mbedtls_ssl_recv_timeout_t *f_recv_timeout)
{
    (void) f_recv;
    ssl->bio = bio;
    ssl->send = f_send;
    ssl->recv = f_recv_timeout;
}

int mbedtls_ssl_write(mbedtls_ssl_context *ssl, const unsigned char *buf, size_t len)
{
    int ret;

    if (len > MBEDTLS_SSL_MAX_CONTENT_LEN) {
        len = MBEDTLS_SSL_MAX_CONTENT_LEN;
    }
    if (ssl->out_sent == ssl->out_len) { /* else the same text again, whose record is under way */
        memcpy(ssl->out + RECORD_HEADER, buf, len);
        ret = record_write(ssl, RECORD_DATA, len);
    } else {
        ret = record_flush(ssl);
    }
    return ret != 0 ? ret : (int) len;
}

int mbedtls_ssl_read(mbedtls_ssl_context *ssl, unsigned char *buf, size_t len)
{
    int ret;

    if (ssl->in_left == 0 && (ret = record_read(ssl)) != 0) {
        return ret;
    }
    if (ssl->in_type != RECORD_DATA) {
        return MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE;
    }
    if (len > ssl->in_left) {
        len = ssl->in_left;
    }
    memcpy(buf, ssl->in + ssl->in_at, len);
    ssl->in_at += len;
    ssl->in_left -= len;
    return (int) len;
}

int mbedtls_ssl_close_notify(mbedtls_ssl_context *ssl)
{
    ssl->out[RECORD_HEADER] = 1; /* a warning */
    ssl->out[RECORD_HEADER + 1] = MBEDTLS_SSL_ALERT_MSG_CLOSE_NOTIFY;
    return record_write(ssl, RECORD_ALERT, 2);
}

const char *mbedtls_ssl_get_ciphersuite(const mbedtls_ssl_context *ssl)
{
    (void) ssl;
    return "TLS-PSK-WITH-NULL-SHA256";
}

int mbedtls_ssl_get_ciphersuite_id(const char *name)
{
    (void) name;
    return MBEDTLS_TLS_PSK_WITH_NULL_SHA256;
}

#endif
