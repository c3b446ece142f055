/* Zephyr gives autoconf.h to the compiler by -imacros; here it is included. */
#include "autoconf.h"
#include "config-tls.h"
