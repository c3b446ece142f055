/* The part of <string.h> that TLS libraries use. Our own, the same source on
 * every target, so that no C library's tricks enter the counts; copies and
 * fills go by words where both ends are aligned, as a small newlib does.
 * Compiled so that no loop becomes a call of itself (core, libcFlags). */
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) word;
#define WORDS(p) (((uintptr_t) (p) & 3u) == 0)

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    uint8_t *d = dst;
    const uint8_t *s = src;

    if (WORDS(d) && WORDS(s)) {
        for (; n >= 4; n -= 4, d += 4, s += 4) {
            *(word *) d = *(const word *) s;
        }
    }
    while (n-- > 0) {
        *d++ = *s++;
    }
    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    uint8_t *d = dst;
    const uint8_t *s = src;

    if (d >= s + n || s >= d + n) {
        return memcpy(dst, src, n);
    }
    if (d > s) {
        while (n-- > 0) {
            d[n] = s[n];
        }
        return dst;
    }
    /* Not memcpy: its compiler may load ahead of its stores. */
    while (n-- > 0) {
        *d++ = *s++;
    }
    return dst;
}

void *memset(void *dst, int c, size_t n)
{
    uint8_t *d = dst;
    uint32_t w = (uint8_t) c * 0x01010101u;

    if (WORDS(d)) {
        for (; n >= 4; n -= 4, d += 4) {
            *(word *) d = w;
        }
    }
    while (n-- > 0) {
        *d++ = (uint8_t) c;
    }
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;

    for (; n > 0; n--, x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

void *memchr(const void *s, int c, size_t n)
{
    const uint8_t *p = s;

    for (; n > 0; n--, p++) {
        if (*p == (uint8_t) c) {
            return (void *) p;
        }
    }
    return NULL;
}

size_t strlen(const char *s)
{
    const char *p = s;

    while (*p != '\0') {
        p++;
    }
    return (size_t) (p - s);
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n > 0; n--, a++, b++) {
        if (*a != *b) {
            return (uint8_t) *a - (uint8_t) *b;
        }
        if (*a == '\0') {
            break;
        }
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, (size_t) -1);
}

char *strchr(const char *s, int c)
{
    for (; *s != (char) c; s++) {
        if (*s == '\0') {
            return NULL;
        }
    }
    return (char *) s;
}

char *strstr(const char *hay, const char *needle)
{
    size_t n = strlen(needle);

    for (; *hay != '\0' || n == 0; hay++) {
        if (strncmp(hay, needle, n) == 0) {
            return (char *) hay;
        }
    }
    return NULL;
}

char *strcpy(char *restrict dst, const char *restrict src)
{
    return memcpy(dst, src, strlen(src) + 1);
}

char *strncpy(char *restrict dst, const char *restrict src, size_t n)
{
    size_t i = 0;

    for (; i < n && src[i] != '\0'; i++) {
        dst[i] = src[i];
    }
    memset(dst + i, 0, n - i);
    return dst;
}
