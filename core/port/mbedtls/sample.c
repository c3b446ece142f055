/* The manual's sample tls_test (samples/tls_app_test.c, chapter 3) on the
 * session API: the same steps, and the same lines where they tell of TLS. It is
 * laid out in steps, because a guest returns to its host where it waits. */
#include "arena.h"
#include "client_sntp.h"
#include "sample.h"
#include "scenario.h"
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_BUFFER 1024 /* the manual's MBEDTLS_READ_BUFFER */
#define WEB_PORT "443"

static enum { START, CONNECT, WRITE, READ, OVER } stage;
static MbedTLSSession *tls_session;
static uint32_t sent, received;

/* What RT-Thread's command free prints. Bytes are those asked for: what the
 * allocator itself takes is not among them. */
static void print_memory(void)
{
    printf("total memory: %u\n", (unsigned) tlslab_heap_bytes);
    printf("used memory : %u\n", (unsigned) arena.live);
    printf("maximum allocated memory: %u\n", (unsigned) arena.peak);
}

/* Ticks of the wire's time: computing takes none on the host's clock. */
static unsigned tick(void)
{
    return (unsigned) (host_monotonic_us() * tlslab_tick_hz / 1000000);
}

static char *copy(const char *text)
{
    size_t n = strlen(text) + 1;
    char *p = malloc(n);

    return p == NULL ? NULL : memcpy(p, text, n);
}

static int no_memory(const char *what)
{
    printf("no memory for %s\n", what);
    return MBEDTLS_ERR_SSL_ALLOC_FAILED;
}

static int make_session(void)
{
    if ((tls_session = calloc(1, sizeof(*tls_session))) == NULL) {
        return no_memory("tls_session struct");
    }
    mbedtls_net_init(&tls_session->server_fd);
    tls_session->host = copy(tlslab_hostname);
    tls_session->port = copy(WEB_PORT);
    tls_session->buffer_len = READ_BUFFER;
    tls_session->buffer = malloc(READ_BUFFER);
    if (tls_session->host == NULL || tls_session->port == NULL || tls_session->buffer == NULL) {
        return no_memory("tls_session->buffer malloc");
    }
    return 0;
}

static int start(void)
{
    static char pers[] = "hello_world"; /* the manual's (5.5) */
    int ret;

    host_event(TLSLAB_EVENT_OPTIONS, tlslab_options, tlslab_options_len);
    report_phase(PHASE_INIT);
    printf("MbedTLS test sample!\nMemory usage before the handshake connection is established:\n");
    print_memory();
    if ((ret = make_session()) != 0) {
        return ret;
    }
    printf("Start handshake tick:%u\n", tick());
    if ((ret = mbedtls_client_init(tls_session, pers, strlen(pers))) != 0) {
        printf("MbedTLSClientInit err return : -0x%x\n", (unsigned) -ret);
        return ret;
    }
    report_phase(PHASE_PARSE_CA);
    if ((ret = mbedtls_client_context(tls_session)) < 0) {
        printf("MbedTLSClientContext err return : -0x%x\n", (unsigned) -ret);
        return ret;
    }
    stage = CONNECT;
    return 0;
}

static int connect_server(void)
{
    uint32_t flags;
    int ret;

    report_phase(PHASE_HANDSHAKE_OTHER); /* all of it: the API is one call */
    if ((ret = mbedtls_client_connect(tls_session)) != 0) {
        if (ret != MBEDTLS_ERR_SSL_WANT_READ && ret != MBEDTLS_ERR_SSL_WANT_WRITE) {
            printf("MbedTLSClientConnect err return : -0x%x\n", (unsigned) -ret);
        }
        return ret;
    }
    report_connected(&tls_session->ssl);
    if ((flags = mbedtls_ssl_get_verify_result(&tls_session->ssl)) != 0) {
        host_event(TLSLAB_EVENT_VERIFY, &flags, sizeof(flags));
    }
    printf("Finish handshake tick:%u\nMbedTLS connect success...\n", tick());
    printf("Memory usage after the handshake connection is established:\n");
    print_memory();
    stage = WRITE;
    return 0;
}

static int write_request(void)
{
    int ret;

    report_phase(PHASE_APP_WRITE);
    ret = mbedtls_client_write(tls_session, (const unsigned char *) tlslab_request + sent, tlslab_request_len - sent);
    if (ret < 0) {
        return ret;
    }
    if ((sent += (uint32_t) ret) == tlslab_request_len) {
        printf("Writing HTTP request success...\nGetting HTTP response...\n");
        stage = READ;
    }
    return 0;
}

static int read_answer(void)
{
    int ret;

    report_phase(PHASE_APP_READ);
    memset(tls_session->buffer, 0, tls_session->buffer_len);
    ret = mbedtls_client_read(tls_session, tls_session->buffer, tls_session->buffer_len);
    if (ret > 0) {
        received += (uint32_t) ret;
        host_log(0, (const char *) tls_session->buffer, (uint32_t) ret);
        return 0;
    }
    if (ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || ret == 0) {
        printf("\n");
        stage = OVER;
        return 0;
    }
    return ret;
}

static void finish(int ret)
{
    if (ret != 0) {
        report_error(ret, stage == CONNECT ? mbedtls_ssl_get_verify_result(&tls_session->ssl) : 0);
    }
    report_phase(PHASE_CLOSE);
    if (mbedtls_client_close(tls_session) == 0) {
        printf("MbedTLS connection close success.\n");
    }
    report_done(received);
}

int32_t tlslab_step(void)
{
    int ret = 0;

    switch (stage) {
        case START:
            if (clock_sync() != 0) {
                return STATUS_BLOCKED;
            }
            ret = start();
            break;
        case CONNECT:
            ret = connect_server();
            break;
        case WRITE:
            ret = write_request();
            break;
        case READ:
            ret = read_answer();
            break;
        case OVER:
            break;
    }
    if (ret == MBEDTLS_ERR_SSL_WANT_READ || ret == MBEDTLS_ERR_SSL_WANT_WRITE) {
        return STATUS_BLOCKED;
    }
    if (ret != 0 || stage == OVER) {
        finish(ret);
        return STATUS_DONE;
    }
    return STATUS_READY;
}
