/* snprintf for what TLS libraries print: %d %i %u %x %X %s %c %p %%, with
 * flags 0 and -, width, precision, and sizes hh h l ll z. No floats. With
 * TLSLAB_DEBUG the flag # too, as the library's debug messages have it: %#04x. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct out {
    char *buf;
    size_t cap, len; /* len counts what would have been written */
};

static void put(struct out *o, char c)
{
    if (o->len + 1 < o->cap) {
        o->buf[o->len] = c;
    }
    o->len++;
}

static void pad(struct out *o, int n, char c)
{
    while (n-- > 0) {
        put(o, c);
    }
}

struct spec {
    int left, zero, width, precision, longs, shorts;
};

static void text(struct out *o, const struct spec *s, const char *p, int n)
{
    if (!s->left) {
        pad(o, s->width - n, ' ');
    }
    for (int i = 0; i < n; i++) {
        put(o, p[i]);
    }
    if (s->left) {
        pad(o, s->width - n, ' ');
    }
}

static void number(struct out *o, const struct spec *s, unsigned long long v, int negative,
                   unsigned base, const char *digits)
{
    char tmp[24], *first = tmp + sizeof(tmp);
    int n = 0, zeros;

    for (; v != 0 || (n == 0 && s->precision != 0); v /= base, n++) {
        *--first = digits[v % base];
    }
    zeros = s->precision > n ? s->precision - n : 0;
    if (s->zero && !s->left && s->precision < 0 && s->width > n + negative) {
        zeros = s->width - n - negative;
    }
    if (!s->left) {
        pad(o, s->width - n - zeros - negative, ' ');
    }
    if (negative) {
        put(o, '-');
    }
    pad(o, zeros, '0');
    for (int i = 0; i < n; i++) {
        put(o, first[i]);
    }
    if (s->left) {
        pad(o, s->width - n - zeros - negative, ' ');
    }
}

static int digits_of(const char **p)
{
    int n = 0;

    while (**p >= '0' && **p <= '9' && n < 100000) {
        n = n * 10 + *(*p)++ - '0';
    }
    return n;
}

int vsnprintf(char *buf, size_t cap, const char *f, va_list ap)
{
    static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
    struct out o = { buf, cap, 0 };

    for (; *f != '\0'; f++) {
        struct spec s = { 0, 0, 0, -1, 0, 0 };
        const char *str;
        char ch;
        long long v;
        unsigned long long u;

        if (*f != '%') {
            put(&o, *f);
            continue;
        }
#if defined(TLSLAB_DEBUG)
        int alternate = 0;
#endif
        for (f++; *f == '0' || *f == '-' || *f == '#' || *f == '+' || *f == ' '; f++) {
            s.zero |= *f == '0';
            s.left |= *f == '-';
#if defined(TLSLAB_DEBUG)
            alternate |= *f == '#';
#endif
        }
        if (*f == '*') {
            s.width = va_arg(ap, int);
            if (s.width < 0) {
                s.left = 1;
                s.width = -s.width;
            }
            f++;
        } else {
            s.width = digits_of(&f);
        }
        if (*f == '.') {
            f++;
            if (*f == '*') {
                s.precision = va_arg(ap, int);
                f++;
            } else {
                s.precision = digits_of(&f);
            }
        }
        for (; *f == 'l' || *f == 'z' || *f == 'h' || *f == 'j' || *f == 't'; f++) {
            s.longs += *f == 'j' ? 2 : *f == 'l';
            s.shorts += *f == 'h';
        }
        switch (*f) {
            case 'd': case 'i':
                v = s.longs > 1 ? va_arg(ap, long long)
                  : s.longs ? va_arg(ap, long) : va_arg(ap, int);
                v = s.shorts > 1 ? (signed char) v : s.shorts ? (short) v : v;
                number(&o, &s, v < 0 ? 0ULL - (unsigned long long) v : (unsigned long long) v,
                       v < 0, 10, lower);
                break;
            case 'u': case 'x': case 'X':
                u = s.longs > 1 ? va_arg(ap, unsigned long long)
                  : s.longs ? va_arg(ap, unsigned long) : va_arg(ap, unsigned);
                u = s.shorts > 1 ? (unsigned char) u : s.shorts ? (unsigned short) u : u;
#if defined(TLSLAB_DEBUG)
                if (alternate && u != 0 && *f != 'u') { /* 0x counts in the width */
                    put(&o, '0');
                    put(&o, *f);
                    s.width -= 2;
                }
#endif
                number(&o, &s, u, 0, *f == 'u' ? 10 : 16, *f == 'X' ? upper : lower);
                break;
            case 'p':
                number(&o, &s, (uintptr_t) va_arg(ap, void *), 0, 16, lower);
                break;
            case 'c':
                ch = (char) va_arg(ap, int);
                text(&o, &s, &ch, 1);
                break;
            case 's':
                str = va_arg(ap, const char *);
                if (str == NULL) {
                    str = "(null)";
                }
                {
                    int n = 0;
                    while ((s.precision < 0 || n < s.precision) && str[n] != '\0') {
                        n++;
                    }
                    text(&o, &s, str, n);
                }
                break;
            case '\0':
                f--;
                break;
            default:
                put(&o, *f);
        }
    }
    if (cap > 0) {
        buf[o.len < cap ? o.len : cap - 1] = '\0';
    }
    return (int) o.len;
}

int snprintf(char *buf, size_t cap, const char *f, ...)
{
    va_list ap;
    int n;

    va_start(ap, f);
    n = vsnprintf(buf, cap, f, ap);
    va_end(ap);
    return n;
}
