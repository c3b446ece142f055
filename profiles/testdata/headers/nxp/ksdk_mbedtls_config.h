/* An SDK's configuration: which modules its crypto units take over hangs on the
 * chip's feature header. */
#ifndef MBEDTLS_CONFIG_H
#define MBEDTLS_CONFIG_H

#include "fsl_device_registers.h"

#if defined(MBEDTLS_MCUX_FREESCALE_FREERTOS_CALLOC_ALT)
#define MBEDTLS_FREESCALE_FREERTOS_CALLOC_ALT
#endif
#if defined(FSL_FEATURE_SOC_LTC_COUNT) && (FSL_FEATURE_SOC_LTC_COUNT > 0)
#define MBEDTLS_FREESCALE_LTC_AES
#endif
#if defined(MBEDTLS_FREESCALE_LTC_AES) || defined(MBEDTLS_FREESCALE_DCP_AES)
#define MBEDTLS_AES_ALT
#endif

#ifdef FSL_RTOS_FREE_RTOS
#define MBEDTLS_THREADING_C
#define MBEDTLS_THREADING_ALT
#endif

#define MBEDTLS_PLATFORM_C
#define MBEDTLS_ENTROPY_C
#define MBEDTLS_ENTROPY_HARDWARE_ALT
#define MBEDTLS_NO_PLATFORM_ENTROPY
#define MBEDTLS_AES_C
#define MBEDTLS_CCM_C
#define MBEDTLS_CIPHER_C
#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_KEY_EXCHANGE_PSK_ENABLED
#include "mbedtls/check_config.h"
#endif
