/* a stand-in for the core header of its name */
#ifndef CORE_STAND_IN_H
#define CORE_STAND_IN_H
#define MBEDTLS_AES_C
#define MBEDTLS_NET_C
#define MBEDTLS_DES_C
#define MBEDTLS_ENTROPY_C
#define MBEDTLS_SELF_TEST
#endif
