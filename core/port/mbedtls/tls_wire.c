/* The wire as Mbed TLS's BIO callbacks. */
#include "tls.h"
#include "mbedtls/net_sockets.h"

int wire_send(void *ctx, const unsigned char *buf, size_t len)
{
    int32_t n = host_send(buf, (uint32_t) len);

    (void) ctx;
    return n < 0 ? MBEDTLS_ERR_NET_SEND_FAILED : (int) n;
}

int wire_recv(void *ctx, unsigned char *buf, size_t len, uint32_t timeout_ms)
{
    int32_t n = host_recv(buf, (uint32_t) len, timeout_ms);

    (void) ctx;
    switch (n) {
        case TLSLAB_RECV_WOULD_BLOCK:
            return MBEDTLS_ERR_SSL_WANT_READ;
        case TLSLAB_RECV_TIMEOUT:
            return MBEDTLS_ERR_SSL_TIMEOUT;
        default:
            return n < 0 ? MBEDTLS_ERR_NET_RECV_FAILED : (int) n;
    }
}
