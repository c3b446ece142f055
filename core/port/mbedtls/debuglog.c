/* Debug messages go to the host with their level (debuglog.h). */
#include "debuglog.h"

#include <stdio.h>
#include <string.h>

#if !defined(MBEDTLS_DEBUG_C)
#error "MBEDTLS_DEBUG_C is needed: the scenario asks for a debug level"
#endif

#include "mbedtls/debug.h"

/* The library's own messages have at most 512 bytes (DEBUG_BUF_SIZE). */
static char line[600];

static void print(void *ctx, int level, const char *file, int number, const char *text)
{
    const char *base = file;
    int n;

    (void) ctx;
    for (const char *p = file; *p != '\0'; p++) {
        if (*p == '/') {
            base = p + 1;
        }
    }
    n = snprintf(line, sizeof(line), "%s:%04d: %s", base, number, text);
    if (n >= (int) sizeof(line)) {
        n = sizeof(line) - 1;
    }
    if (n > 0 && line[n - 1] == '\n') {
        n--;
    }
    host_log((uint32_t) level, line, (uint32_t) n);
}

void debug_conf(mbedtls_ssl_config *conf)
{
    mbedtls_ssl_conf_dbg(conf, print, NULL);
    mbedtls_debug_set_threshold((int) tlslab_debug_level);
}
