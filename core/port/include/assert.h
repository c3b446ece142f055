#ifndef TLSLAB_ASSERT_H
#define TLSLAB_ASSERT_H
void abort(void) __attribute__((noreturn));
#define assert(e) ((e) ? (void) 0 : abort())
#define static_assert _Static_assert
#endif
