/* Declared for code that reads certificates from directories; there are none. */
#ifndef TLSLAB_SYS_STAT_H
#define TLSLAB_SYS_STAT_H
#include <sys/types.h>
struct stat {
    mode_t st_mode;
};
#define S_ISREG(m) (((m) & 0170000) == 0100000)
int stat(const char *path, struct stat *st);
#endif
