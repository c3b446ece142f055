/* The manual's session API (session.h). */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

#if defined(TLSLAB_PSA)
#include "psa/crypto.h"
#endif

#define NO_SESSION (-1) /* RT-Thread's -RT_ERROR */
#define SAY(...) printf("[tls]" __VA_ARGS__)

#if defined(TLSLAB_VERIFY_REQUIRED)
#define AUTHMODE MBEDTLS_SSL_VERIFY_REQUIRED
#else
#define AUTHMODE MBEDTLS_SSL_VERIFY_OPTIONAL
#endif

#if !defined(MBEDTLS_ENTROPY_HARDWARE_ALT)
int mbedtls_hardware_poll(void *data, unsigned char *out, size_t len, size_t *olen); /* tls_rng.c */
#endif

static int waits(int ret)
{
    return ret == MBEDTLS_ERR_SSL_WANT_READ || ret == MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int failed(const char *what, int ret)
{
    SAY("%s error, return -0x%x\n", what, (unsigned) -ret);
    return ret;
}

int mbedtls_client_init(MbedTLSSession *session, void *entropy, size_t entropyLen)
{
    int ret = 0;

    if (session == NULL) {
        return NO_SESSION;
    }
    mbedtls_net_init(&session->server_fd);
    mbedtls_ssl_init(&session->ssl);
    mbedtls_ssl_config_init(&session->conf);
    mbedtls_ctr_drbg_init(&session->ctr_drbg);
    mbedtls_entropy_init(&session->entropy);
    mbedtls_x509_crt_init(&session->cacert);
#if !defined(MBEDTLS_ENTROPY_HARDWARE_ALT)
    ret = mbedtls_entropy_add_source(&session->entropy, mbedtls_hardware_poll, NULL, 32, MBEDTLS_ENTROPY_SOURCE_STRONG);
#endif
    if (ret == 0) {
        ret = mbedtls_ctr_drbg_seed(&session->ctr_drbg, mbedtls_entropy_func, &session->entropy, entropy, entropyLen);
    }
    if (ret != 0) {
        return failed("mbedtls_ctr_drbg_seed", ret);
    }
#if defined(TLSLAB_PSA)
    if (psa_crypto_init() != PSA_SUCCESS) {
        return failed("psa_crypto_init", MBEDTLS_ERR_SSL_HW_ACCEL_FAILED);
    }
#endif
    SAY("mbedtls client struct init success...\n");
    return 0;
}

int mbedtls_client_context(MbedTLSSession *session)
{
    int ret;

    if (session == NULL) {
        return NO_SESSION;
    }
    ret = mbedtls_x509_crt_parse(&session->cacert, (const unsigned char *) tlslab_root,
                                 tlslab_root_len);
    if (ret != 0) { /* above 0: so many certificates of the file could not be read */
        return failed("mbedtls_x509_crt_parse", ret > 0 ? MBEDTLS_ERR_X509_INVALID_FORMAT : ret);
    }
    SAY("Loading the CA root certificate success...\n");
    if ((ret = mbedtls_ssl_set_hostname(&session->ssl, session->host)) != 0) {
        return failed("mbedtls_ssl_set_hostname", ret);
    }
    ret = mbedtls_ssl_config_defaults(&session->conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                      MBEDTLS_SSL_PRESET_DEFAULT);
    if (ret != 0) {
        return failed("mbedtls_ssl_config_defaults", ret);
    }
    mbedtls_ssl_conf_authmode(&session->conf, AUTHMODE);
    mbedtls_ssl_conf_ca_chain(&session->conf, &session->cacert, NULL);
    mbedtls_ssl_conf_rng(&session->conf, mbedtls_ctr_drbg_random, &session->ctr_drbg);
    if ((ret = mbedtls_ssl_setup(&session->ssl, &session->conf)) != 0) {
        return failed("mbedtls_ssl_setup", ret);
    }
    SAY("mbedtls client context init success...\n");
    return 0;
}

/* Says why the certificate was not verified, where it was not; whether it was. */
static int verified(MbedTLSSession *session)
{
    uint32_t flags = mbedtls_ssl_get_verify_result(&session->ssl);

    if (flags == 0) {
        return 1;
    }
    if (flags != 0xffffffff) { /* else it was not looked at */
        SAY("verify peer certificate fail....\n");
#if !defined(MBEDTLS_X509_REMOVE_INFO)
        memset(session->buffer, 0, session->buffer_len);
        mbedtls_x509_crt_verify_info((char *) session->buffer, session->buffer_len, "! ", flags);
        SAY("verification info: %s", (char *) session->buffer);
#endif
    }
    return 0;
}

int mbedtls_client_connect(MbedTLSSession *session)
{
    int ret;

    if (session == NULL) {
        return NO_SESSION;
    }
    if (session->server_fd.fd < 0) {
        ret = mbedtls_net_connect(&session->server_fd, session->host, session->port, MBEDTLS_NET_PROTO_TCP);
        if (ret != 0) {
            return failed("mbedtls_net_connect", ret);
        }
        SAY("Connected %s:%s success...\n", session->host, session->port);
        mbedtls_ssl_set_bio(&session->ssl, &session->server_fd, mbedtls_net_send, mbedtls_net_recv, NULL);
    }
    if ((ret = mbedtls_ssl_handshake(&session->ssl)) != 0) {
        if (waits(ret)) {
            return ret;
        }
        (void) verified(session);
        return failed("mbedtls_ssl_handshake", ret);
    }
    if (verified(session)) {
        SAY("Certificate verified success...\n");
    }
    return 0;
}

int mbedtls_client_read(MbedTLSSession *session, unsigned char *buf, size_t len)
{
    return session == NULL || buf == NULL ? NO_SESSION : mbedtls_ssl_read(&session->ssl, buf, len);
}

int mbedtls_client_write(MbedTLSSession *session, const unsigned char *buf, size_t len)
{
    return session == NULL || buf == NULL ? NO_SESSION : mbedtls_ssl_write(&session->ssl, buf, len);
}

int mbedtls_client_close(MbedTLSSession *session)
{
    if (session == NULL) {
        return NO_SESSION;
    }
    (void) mbedtls_ssl_close_notify(&session->ssl);
    mbedtls_net_free(&session->server_fd);
    mbedtls_ssl_free(&session->ssl);
    mbedtls_ssl_config_free(&session->conf);
    mbedtls_x509_crt_free(&session->cacert);
#if defined(TLSLAB_PSA)
    mbedtls_psa_crypto_free();
#endif
    mbedtls_ctr_drbg_free(&session->ctr_drbg);
    mbedtls_entropy_free(&session->entropy);
    free(session->buffer);
    free(session->host);
    free(session->port);
    free(session);
    return 0;
}
