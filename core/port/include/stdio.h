#ifndef TLSLAB_STDIO_H
#define TLSLAB_STDIO_H
#include <stdarg.h>
#include <stddef.h>
/* Files are declared for code that names them; there are
 * none, and a link that really needs one fails. */
typedef struct tlslab_file FILE;
extern FILE *stdin, *stdout, *stderr;
#define EOF (-1)
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
int printf(const char *f, ...) __attribute__((format(printf, 1, 2)));
int fprintf(FILE *s, const char *f, ...) __attribute__((format(printf, 2, 3)));
int snprintf(char *buf, size_t cap, const char *f, ...) __attribute__((format(printf, 3, 4)));
int vsnprintf(char *buf, size_t cap, const char *f, va_list ap);
FILE *fopen(const char *path, const char *mode);
int fclose(FILE *s);
int fflush(FILE *s);
size_t fread(void *p, size_t size, size_t n, FILE *s);
size_t fwrite(const void *p, size_t size, size_t n, FILE *s);
int fseek(FILE *s, long offset, int whence);
long ftell(FILE *s);
int ferror(FILE *s);
int fputs(const char *str, FILE *s);
int puts(const char *str);
int putchar(int c);
int fputc(int c, FILE *s);
char *fgets(char *buf, int n, FILE *s);
void setbuf(FILE *s, char *buf);
int remove(const char *path);
int rename(const char *from, const char *to);
#endif
