#ifndef TLSLAB_ERRNO_H
#define TLSLAB_ERRNO_H
extern int errno;
#define EINTR 4
#define ENOENT 2
#define ENOMEM 12
#define EINVAL 22
#endif
