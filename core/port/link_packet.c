#include "link_packet.h"

#include <string.h>

/* CRC-32 of IEEE 802.3, by half bytes. */
static uint32_t link_crc(const uint8_t *p, uint32_t len)
{
    static const uint32_t table[16] = { 0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu,
                                        0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
                                        0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
                                        0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu };
    uint32_t crc = 0xffffffffu;

    for (; len > 0; len--) {
        crc ^= *p++;
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

uint32_t link_packet_seal(uint8_t *p, uint32_t flags, uint32_t number, uint32_t len)
{
    uint32_t crc;

    p[0] = LINK_SYNC;
    p[1] = (uint8_t) flags;
    p[2] = (uint8_t) number;
    p[3] = (uint8_t) len;
    p[4] = (uint8_t) ~(flags + number + len);
    crc = link_crc(p, LINK_HEAD + len);
    memcpy(p + LINK_HEAD + len, &crc, sizeof(crc));
    return LINK_HEAD + len + LINK_CRC;
}

int32_t link_packet_parse(const uint8_t *p, uint32_t have)
{
    uint32_t len, crc;

    if (p[0] != LINK_SYNC) {
        return -1;
    }
    if (have < LINK_HEAD) {
        return 0;
    }
    if ((uint8_t) (p[1] + p[2] + p[3] + p[4]) != 0xff || p[3] > LINK_PAYLOAD) {
        return -1;
    }
    len = LINK_HEAD + p[3];
    if (have < len + LINK_CRC) {
        return 0;
    }
    memcpy(&crc, p + len, sizeof(crc));
    return crc == link_crc(p, len) ? (int32_t) (len + LINK_CRC) : -1;
}
