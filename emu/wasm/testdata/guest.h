/* A measured kernel is a guest of its own: boot does nothing, one step runs
 * the kernel and leaves the result in memory. Only the MVP of WebAssembly and
 * no libc, so that wabt's interpreter can run the same module. */
#include <stdint.h>
#include <stddef.h>
#define EXPORT(name) __attribute__((export_name(#name)))
#define NOINLINE __attribute__((noinline))

EXPORT(tlslab_boot) void tlslab_boot(uint32_t arena) { (void)arena; }

void *memcpy(void *d, const void *s, size_t n) {
    unsigned char *p = d;
    const unsigned char *q = s;
    while (n--) *p++ = *q++;
    return d;
}
void *memset(void *d, int c, size_t n) {
    unsigned char *p = d;
    while (n--) *p++ = (unsigned char)c;
    return d;
}
