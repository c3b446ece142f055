#include "tiny.h"

uint32_t tiny_mix(uint32_t x)
{
    for (int i = 0; i < TINY_ROUNDS; i++) {
        x = x * 2654435761u + (uint32_t) i;
    }
    return x;
}
