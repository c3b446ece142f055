/* The host functions of port.h, each one exchange of messages (frame.h). */
#include "frame.h"
#include "port.h"

static uint32_t ask(uint32_t kind, const void *payload, uint32_t len, void *reply, uint32_t room,
                    int32_t *result)
{
    uint32_t head[FRAME_HEAD] = { kind, len, 0, 0 };

    return link_exchange(head, payload, reply, room, result);
}

int32_t host_entropy(void *buf, uint32_t len)
{
    int32_t result;
    uint32_t n = ask(FRAME_ENTROPY, &len, sizeof(len), buf, len, &result);

    return result == 0 && n == len ? 0 : -1;
}

static int64_t host_clock(uint32_t kind)
{
    int64_t value = 0;
    int32_t result;

    ask(kind, 0, 0, &value, sizeof(value), &result);
    return value;
}

int64_t host_monotonic_us(void)
{
    return host_clock(FRAME_MONOTONIC);
}

int64_t host_rtc_s(void)
{
    return host_clock(FRAME_RTC);
}

int32_t host_send(const void *buf, uint32_t len)
{
    int32_t result;

    ask(FRAME_SEND, buf, len, 0, 0, &result);
    return result;
}

int32_t host_recv(void *buf, uint32_t len, uint32_t timeout_ms)
{
    uint32_t words[2] = { len, timeout_ms };
    int32_t result;

    ask(FRAME_RECV, words, sizeof(words), buf, len, &result);
    return result;
}

void host_event(uint32_t kind, const void *payload, uint32_t len)
{
    int32_t result;

    ask(FRAME_EVENT | kind << 8, payload, len, 0, 0, &result);
}

void host_log(uint32_t level, const char *text, uint32_t len)
{
    int32_t result;

    ask(FRAME_LOG | level << 8, text, len, 0, 0, &result);
}

void host_exit(int32_t code)
{
    int32_t result;

    ask(FRAME_EXIT, &code, sizeof(code), 0, 0, &result);
    link_stop();
}

uint32_t host_hello(uint32_t arena_bytes, uint32_t stack_bytes)
{
    uint32_t words[4] = { FRAME_VERSION, arena_bytes, stack_bytes, link_identity };
    int32_t result;

    link_open();
    ask(FRAME_HELLO, words, sizeof(words), 0, 0, &result);
    return (uint32_t) result;
}

void host_step(int32_t status)
{
    int32_t result;

    ask(FRAME_STEP | (uint32_t) status << 8, 0, 0, 0, 0, &result);
}

void host_fault(const uint32_t words[FAULT_WORDS])
{
    int32_t result;

    ask(FRAME_FAULT, words, FAULT_WORDS * sizeof(words[0]), 0, 0, &result);
    link_stop();
}
