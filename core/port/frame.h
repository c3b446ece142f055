/* The calls of port.h as messages, for machines that are not in the host's
 * process: an emulated board over semihosting, a real one over its UART. The
 * Go side is emu/frame; a test holds the two together.
 *
 * The guest asks, the host answers each message with one. A message is a head
 * of FRAME_HEAD words and `length` bytes; an answer is a head of two words,
 * length and result, and `length` bytes. Words are little-endian. */
#ifndef TLSLAB_FRAME_H
#define TLSLAB_FRAME_H

#include <stdint.h>

#define FRAME_VERSION 2u
#define FRAME_HEAD 4u /* words: kind | argument << 8, length, the guest's own cycle counter (low, high; 0: none) */

enum frame_kind {
    FRAME_HELLO = 1,     /* FRAME_VERSION, largest arena B, stack B, identity (0: none); result: arena B */
    FRAME_STEP = 2,      /* argument: what the step came to (tlslab_status); answered when the next may begin */
    FRAME_ENTROPY = 3,   /* bytes wanted; answer: these; result 0 or -1 */
    FRAME_MONOTONIC = 4, /* answer: 8 bytes */
    FRAME_RTC = 5,       /* answer: 8 bytes */
    FRAME_SEND = 6,      /* the bytes; result as host_send */
    FRAME_RECV = 7,      /* most bytes, timeout ms; answer: the bytes; result as host_recv */
    FRAME_EVENT = 8,     /* argument: kind; the payload */
    FRAME_LOG = 9,       /* argument: level; the text */
    FRAME_EXIT = 10,     /* exit code; the last message */
    FRAME_FAULT = 11     /* FAULT_WORDS; the last message */
};

/* What a fault handler found: xPSR of the handler (its low bits are the
 * exception's number), the stacked pc, lr and xPSR, SP before, CFSR, HFSR,
 * MMFAR, BFAR (ARMv7-M Architecture Reference Manual, B3.2). */
#define FAULT_WORDS 9u

/* On an A-profile core the first word is FAULT_VECTOR + the vector's number,
 * the second lr, the sixth DFSR, the last DFAR. */
#define FAULT_VECTOR 256u

/* One exchange. payload has head[1] bytes; the answer's bytes go to reply,
 * which has room for `room`; *result takes the answer's result. Returns the
 * answer's length. Each machine has its own. */
uint32_t link_exchange(const uint32_t head[FRAME_HEAD], const void *payload,
                       void *reply, uint32_t room, int32_t *result);
void link_open(void);
void link_stop(void) __attribute__((noreturn));

/* Which firmware this is, where the host did not start it itself: a number
 * made from all that the image is made from. */
extern const uint32_t link_identity;

/* boot_firmware.c */
uint32_t host_hello(uint32_t arena_bytes, uint32_t stack_bytes);
void host_step(int32_t status);
void host_fault(const uint32_t words[FAULT_WORDS]) __attribute__((noreturn));

#endif
