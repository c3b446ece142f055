/* The network of the manual's API (7.2.3) on the host's one wire: a connection
 * is there, and what is asked of it is checked as a socket would. */
#include "session.h"

#include <stdlib.h>

#if !defined(MBEDTLS_NET_C)

void mbedtls_net_init(mbedtls_net_context *ctx)
{
    ctx->fd = -1;
}

void mbedtls_net_free(mbedtls_net_context *ctx)
{
    ctx->fd = -1;
}

/* Whether a text is a port's number. */
static int is_port(const char *port)
{
    uint32_t n = 0;

    for (; port != NULL && *port >= '0' && *port <= '9' && n < 65536; port++) {
        n = n * 10 + (uint32_t) (*port - '0');
    }
    return port != NULL && *port == '\0' && n > 0 && n < 65536;
}

int mbedtls_net_connect(mbedtls_net_context *ctx, const char *host, const char *port, int proto)
{
    if (proto != MBEDTLS_NET_PROTO_TCP) {
        return MBEDTLS_ERR_NET_SOCKET_FAILED;
    }
    if (host == NULL || host[0] == '\0' || !is_port(port)) {
        return MBEDTLS_ERR_NET_UNKNOWN_HOST;
    }
    ctx->fd = 0;
    return 0;
}

int mbedtls_net_send(void *ctx, const unsigned char *buf, size_t len)
{
    mbedtls_net_context *net = ctx;

    return net->fd < 0 ? MBEDTLS_ERR_NET_INVALID_CONTEXT : wire_send(NULL, buf, len);
}

/* Without a limit, as the manual's. */
int mbedtls_net_recv(void *ctx, unsigned char *buf, size_t len)
{
    mbedtls_net_context *net = ctx;

    return net->fd < 0 ? MBEDTLS_ERR_NET_INVALID_CONTEXT : wire_recv(NULL, buf, len, 0);
}

#endif
