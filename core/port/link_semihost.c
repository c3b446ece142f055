/* Messages over Arm semihosting (Arm document ABI "Semihosting for AArch32 and
 * AArch64", 2021Q1): two FIFOs in the emulator's directory. The guest stands
 * still while it waits. */
#include "frame.h"

#define SYS_OPEN 0x01u
#define SYS_WRITE 0x05u
#define SYS_READ 0x06u
#define SYS_EXIT_EXTENDED 0x20u
#define MODE_RB 1u
#define MODE_WB 5u
#define ADP_STOPPED_INTERNAL_ERROR 0x20024u

const uint32_t link_identity = 0; /* the host started this image itself */

static uint32_t to_host, from_host;

static uint32_t link_call(uint32_t op, const void *args)
{
    register uint32_t r0 __asm__("r0") = op;
    register const void *r1 __asm__("r1") = args;

#if __ARM_ARCH_PROFILE == 'M'
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
#else
    __asm__ volatile("svc 0xab" : "+r"(r0) : "r"(r1) : "memory");
#endif
    return r0;
}

void link_stop(void)
{
    static const uint32_t args[2] = { ADP_STOPPED_INTERNAL_ERROR, 1 };

    for (;;) {
        link_call(SYS_EXIT_EXTENDED, args);
    }
}

void link_open(void)
{
    static const char to[] = "to-host", from[] = "from-host";
    const uint32_t w[3] = { (uint32_t) to, MODE_WB, sizeof(to) - 1 };
    const uint32_t r[3] = { (uint32_t) from, MODE_RB, sizeof(from) - 1 };

    to_host = link_call(SYS_OPEN, w);
    from_host = link_call(SYS_OPEN, r);
    if (to_host == 0xffffffffu || from_host == 0xffffffffu) {
        link_stop();
    }
}

static void link_write(const void *p, uint32_t len)
{
    while (len > 0) {
        const uint32_t args[3] = { to_host, (uint32_t) p, len };
        uint32_t left = link_call(SYS_WRITE, args);

        if (left >= len) {
            link_stop();
        }
        p = (const uint8_t *) p + (len - left);
        len = left;
    }
}

static void link_read(void *p, uint32_t len)
{
    while (len > 0) {
        const uint32_t args[3] = { from_host, (uint32_t) p, len };
        uint32_t left = link_call(SYS_READ, args);

        if (left >= len) {
            link_stop();
        }
        p = (uint8_t *) p + (len - left);
        len = left;
    }
}

uint32_t link_exchange(const uint32_t head[FRAME_HEAD], const void *payload, void *reply,
                       uint32_t room, int32_t *result)
{
    uint32_t answer[2];

    link_write(head, FRAME_HEAD * sizeof(head[0]));
    link_write(payload, head[1]);
    link_read(answer, sizeof(answer));
    if (answer[0] > room) {
        link_stop();
    }
    link_read(reply, answer[0]);
    *result = (int32_t) answer[1];
    return answer[0];
}
