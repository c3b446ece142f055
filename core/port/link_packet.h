/* Packets of a serial line (link_uart.c). The Go side is emu/serial. */
#ifndef TLSLAB_LINK_PACKET_H
#define TLSLAB_LINK_PACKET_H

#include <stdint.h>

/* A packet: sync, flags, number, length of the payload, check (the four bytes
 * after sync add up to 0xff), payload, CRC-32 of all before it. */
#define LINK_SYNC 0xa5u
#define LINK_HEAD 5u
#define LINK_PAYLOAD 128u
#define LINK_CRC 4u
#define LINK_PACKET (LINK_HEAD + LINK_PAYLOAD + LINK_CRC)

#define LINK_FIRST 0x01u /* the first packet after start-up: numbers begin with it */
#define LINK_START 0x02u /* a message begins */
#define LINK_MORE 0x04u  /* and goes on in the next packet */
#define LINK_NEXT 0x08u  /* asks for the rest of an answer */
#define LINK_WAIT 0x10u  /* from the host: it is alive, the answer takes time */
#define LINK_STOP 0x20u  /* from the host: start anew */
#define LINK_HOST 0x80u  /* from the host: a line may echo */

/* Puts head and CRC around the len bytes of payload at p + LINK_HEAD; returns
 * the packet's length. */
uint32_t link_packet_seal(uint8_t *p, uint32_t flags, uint32_t number, uint32_t len);
/* What the bytes at p begin: a packet of so many bytes, one that is not
 * complete (0), or none (-1). have is at least 1. */
int32_t link_packet_parse(const uint8_t *p, uint32_t have);

#endif
