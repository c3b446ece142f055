/* Blocks that are allocated and freed and serve no purpose: compilers like to
 * drop them. The number behind a name is how many calls it has to the
 * allocator. */
#include <stdlib.h>

int unchecked_2(void)
{
    void *p = malloc(10);

    free(p);
    return 0;
}

int checked_2(void)
{
    void *p = malloc(10);

    if (p == NULL) {
        return -1;
    }
    free(p);
    return 0;
}

int zeroed_2(size_t n)
{
    unsigned char *p = calloc(n, 10);
    int sum;

    if (p == NULL) {
        return -1;
    }
    sum = p[0];
    free(p);
    return sum;
}

int written_2(void)
{
    unsigned char *p = malloc(10);

    if (p == NULL) {
        return -1;
    }
    p[0] = 1;
    free(p);
    return 0;
}

int resized_3(size_t n)
{
    void *p = malloc(10), *q;

    q = realloc(p, n);
    free(q != NULL ? q : p);
    return q != NULL;
}
