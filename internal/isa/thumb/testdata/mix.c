/* C that makes a compiler emit what the port's own code lacks: 64-bit
 * multiplication, division, jump tables, floating point, variable arguments,
 * a stack frame of unknown size, tail calls. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

void __attribute__((noreturn)) _start(void) { for (;;) { } }

uint32_t mul_add(uint32_t *d, const uint32_t *s, size_t n, uint32_t b)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < n; i++) {
        carry += (uint64_t) s[i] * b + d[i];
        d[i] = (uint32_t) carry;
        carry >>= 32;
    }
    return (uint32_t) carry;
}

int64_t dot16(const int16_t *a, const int16_t *b, size_t n)
{
    int64_t sum = 0;
    while (n--) {
        sum += (int32_t) *a++ * *b++;
    }
    return sum;
}

uint64_t shift64(uint64_t v, unsigned n) { return v << n ^ v >> (n + 1); }
uint64_t div64(uint64_t a, uint64_t b) { return a / b + a % b; }
int32_t div32(int32_t a, int32_t b) { return a / b + a % b; }
uint32_t swap(uint32_t v) { return __builtin_bswap32(v) ^ (uint32_t) __builtin_clz(v); }

extern int sink(int, ...);

int table(int k, int a)
{
    switch (k) {
    case 0: return sink(a);
    case 1: return sink(a, 5);
    case 2: return a * 7;
    case 3: return a / 3;
    case 4: return a ^ k;
    case 5: return sink(k, a, 3, 4, 5, 6);
    case 6: return a << k;
    case 7: return (int) (int8_t) a;
    }
    return -1;
}

int variadic(const char *f, ...)
{
    va_list ap;
    int sum = 0;
    va_start(ap, f);
    while (*f++) {
        sum += va_arg(ap, int);
    }
    va_end(ap);
    return sum + sink(sum);
}

int frame(size_t n)
{
    int local[n];
    for (size_t i = 0; i < n; i++) {
        local[i] = (int) i;
    }
    return sink(0, local);
}

int big(int v)
{
    char room[3000];
    room[v] = (char) v;
    return sink(v, room, room + v);
}

int through(int (*f)(int), int v) { return f(v); }
int through_twice(int (*f)(int), int v) { return f(v) + f(v + 1); }

float single(const float *a, const float *b, int n)
{
    float sum = 0;
    for (int i = 0; i < n; i++) {
        sum += a[i] * b[i] / (1.0f + b[i]);
    }
    return sum < 0 ? -sum : sum;
}

double both(const double *a, float f, int n)
{
    double sum = f;
    for (int i = 0; i < n; i++) {
        sum = sum * 0.5 + a[i] - (double) i;
    }
    return __builtin_sqrt(sum);
}

uint32_t to_integer(double d, float f) { return (uint32_t) d + (uint32_t) (int32_t) f; }
int compare(float a, float b) { return a < b ? 1 : a > b ? -1 : 0; }

int atomic(int *p) { return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }

uint32_t fields(uint32_t a, uint32_t b)
{
    struct { uint32_t x : 5, y : 9, z : 18; } s;
    s.x = a;
    s.y = b;
    s.z = a * b;
    return s.x + s.y * s.z + ((a >> 3) & 0x7f) + ((int32_t) (b << 7) >> 20);
}
