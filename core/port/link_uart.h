/* A serial port, polled, and what link_uart.c must know of its board. The
 * definitions are generated from the board's data (core/generate.go). */
#ifndef TLSLAB_LINK_UART_H
#define TLSLAB_LINK_UART_H

#include <stdint.h>

void link_uart_open(void);                /* sets the port up; may be called again */
int32_t link_uart_put(uint8_t byte);      /* 0: not yet, ask again */
int32_t link_uart_get(void);              /* the byte that came, or -1 */
void link_uart_count(void);               /* starts the counter of cycles */
uint32_t link_uart_cycles(void);          /* CPU cycles, from 0 again after 2^32; 0 where nothing counts them */
extern const uint32_t link_uart_polls;    /* so many polls without an answer are a timeout */

#endif
