/* Declared for code that reads certificates from directories; there are none. */
#ifndef TLSLAB_DIRENT_H
#define TLSLAB_DIRENT_H
typedef struct tlslab_dir DIR;
struct dirent {
    char d_name[256];
};
DIR *opendir(const char *path);
struct dirent *readdir(DIR *d);
int closedir(DIR *d);
#endif
