#include CONFIG
#include <stdint.h>
#define STR_(...) #__VA_ARGS__
#define STR(...) STR_(__VA_ARGS__)
const char tlslab_options[] = ""
#ifdef MBEDTLS_AES_C
"MBEDTLS_AES_C " STR(MBEDTLS_AES_C) "\n"
#endif
#ifdef MBEDTLS_MPI_MAX_SIZE
"MBEDTLS_MPI_MAX_SIZE " STR(MBEDTLS_MPI_MAX_SIZE) "\n"
#endif
;
const uint32_t tlslab_options_len = sizeof(tlslab_options) - 1;
