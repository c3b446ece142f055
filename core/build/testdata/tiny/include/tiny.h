/* The whole of a library that does no TLS: it shows what a library has to be for
 * the lab to build it. */
#ifndef TINY_H
#define TINY_H

#include TINY_CONFIG

#ifndef TINY_ROUNDS
#define TINY_ROUNDS 4 /* of tiny_mix, at most 16 */
#endif

#if defined(TINY_FAST) && TINY_ROUNDS > 8
#error "TINY_FAST has at most 8 TINY_ROUNDS"
#endif

#include <stdint.h>

uint32_t tiny_mix(uint32_t x);

#endif
