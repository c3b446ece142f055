package dialect

import (
	"regexp"

	"tlslab/profiles/dialect"
)

const (
	counted   = "the lab's counted allocator is malloc"
	noStorage = "there is no storage"
	oneThread = "one thread runs here"
	labsC     = "the lab's C library has it"
)

// overrides are all that the lab has to change, in the order it does: without it
// such a header does not build, does not run, or (an allocator of its own)
// would seem to be measured. What was tried and builds and runs stays:
// FS_IO, AESNI_C, PADLOCK_C, HAVEGE_C, functions that may be set (_ALT).
var overrides = []dialect.Override{
	{When: "PLATFORM_CALLOC_MACRO", Option: "PLATFORM_CALLOC_MACRO", Defined: true, Value: "calloc", Reason: counted},
	{When: "PLATFORM_FREE_MACRO", Option: "PLATFORM_FREE_MACRO", Defined: true, Value: "free", Reason: counted},
	{When: "PLATFORM_STD_CALLOC", Option: "PLATFORM_STD_CALLOC", Defined: true, Value: "calloc", Reason: counted},
	{When: "PLATFORM_STD_FREE", Option: "PLATFORM_STD_FREE", Defined: true, Value: "free", Reason: counted},
	{When: "PLATFORM_STD_MEM_HDR", Option: "PLATFORM_STD_MEM_HDR", Reason: counted},
	{When: "PLATFORM_NO_STD_FUNCTIONS", Option: "PLATFORM_NO_STD_FUNCTIONS", Reason: "nobody sets the library's functions here; " + labsC},
	{When: "MEMORY_BUFFER_ALLOC_C", Option: "MEMORY_BUFFER_ALLOC_C", Reason: counted + "; `tlslab heap` models this one"},
	{When: "MEMORY_DEBUG", Option: "MEMORY_DEBUG", Reason: "goes with MEMORY_BUFFER_ALLOC_C"},
	{When: "MEMORY_BACKTRACE", Option: "MEMORY_BACKTRACE", Reason: "goes with MEMORY_BUFFER_ALLOC_C"},
	{When: "PLATFORM_PRINTF_MACRO", Option: "PLATFORM_PRINTF_MACRO", Defined: true, Value: "printf", Reason: labsC},
	{When: "PLATFORM_FPRINTF_MACRO", Option: "PLATFORM_FPRINTF_MACRO", Defined: true, Value: "fprintf", Reason: labsC},
	{When: "PLATFORM_SNPRINTF_MACRO", Option: "PLATFORM_SNPRINTF_MACRO", Defined: true, Value: "snprintf", Reason: labsC},
	{When: "PLATFORM_VSNPRINTF_MACRO", Option: "PLATFORM_VSNPRINTF_MACRO", Defined: true, Value: "vsnprintf", Reason: labsC},
	{When: "PLATFORM_EXIT_MACRO", Option: "PLATFORM_EXIT_MACRO", Defined: true, Value: "exit", Reason: labsC},
	{When: "PLATFORM_STD_PRINTF", Option: "PLATFORM_STD_PRINTF", Defined: true, Value: "printf", Reason: labsC},
	{When: "PLATFORM_STD_FPRINTF", Option: "PLATFORM_STD_FPRINTF", Defined: true, Value: "fprintf", Reason: labsC},
	{When: "PLATFORM_STD_SNPRINTF", Option: "PLATFORM_STD_SNPRINTF", Defined: true, Value: "snprintf", Reason: labsC},
	{When: "PLATFORM_STD_VSNPRINTF", Option: "PLATFORM_STD_VSNPRINTF", Defined: true, Value: "vsnprintf", Reason: labsC},
	{When: "PLATFORM_STD_EXIT", Option: "PLATFORM_STD_EXIT", Defined: true, Value: "exit", Reason: labsC},
	{When: "PLATFORM_TIME_MACRO", Option: "PLATFORM_TIME_MACRO", Defined: true, Value: "time", Reason: "the lab's clock is time()"},
	{When: "PLATFORM_STD_TIME", Option: "PLATFORM_STD_TIME", Defined: true, Value: "time", Reason: "the lab's clock is time()"},
	{When: "PLATFORM_TIME_TYPE_MACRO", Option: "PLATFORM_TIME_TYPE_MACRO", Reason: "the lab's clock is time(), of time_t"},
	{When: "PLATFORM_GMTIME_R_ALT", Option: "PLATFORM_GMTIME_R_ALT", Reason: labsC},
	{When: "PLATFORM_MS_TIME_ALT", Option: "PLATFORM_MS_TIME_ALT", Reason: "the lab's clock is time()"},
	{When: "PLATFORM_ZEROIZE_ALT", Option: "PLATFORM_ZEROIZE_ALT", Reason: "the library's own is measured"},
	{When: "PLATFORM_SETUP_TEARDOWN_ALT", Option: "PLATFORM_SETUP_TEARDOWN_ALT", Reason: "there is nothing to set up"},
	{When: "NET_C", Option: "NET_C", Reason: "the lab's wire takes the place of sockets"},
	{When: "PSA_ITS_FILE_C", Option: "PSA_ITS_FILE_C", Reason: "goes with PSA_CRYPTO_STORAGE_C"},
	{When: "PSA_CRYPTO_STORAGE_C", Option: "PSA_CRYPTO_STORAGE_C", Reason: noStorage},
	{When: "ENTROPY_NV_SEED", Option: "ENTROPY_NV_SEED", Reason: noStorage},
	{When: "PLATFORM_NV_SEED_ALT", Option: "PLATFORM_NV_SEED_ALT", Reason: noStorage},
	{When: "PLATFORM_NV_SEED_READ_MACRO", Option: "PLATFORM_NV_SEED_READ_MACRO", Reason: noStorage},
	{When: "PLATFORM_NV_SEED_WRITE_MACRO", Option: "PLATFORM_NV_SEED_WRITE_MACRO", Reason: noStorage},
	{When: "PLATFORM_STD_NV_SEED_READ", Option: "PLATFORM_STD_NV_SEED_READ", Reason: noStorage},
	{When: "PLATFORM_STD_NV_SEED_WRITE", Option: "PLATFORM_STD_NV_SEED_WRITE", Reason: noStorage},
	{When: "PSA_INJECT_ENTROPY", Option: "PSA_INJECT_ENTROPY", Reason: noStorage},
	{When: "THREADING_C", Option: "THREADING_C", Reason: oneThread},
	{When: "THREADING_PTHREAD", Option: "THREADING_PTHREAD", Reason: oneThread},
	{When: "THREADING_ALT", Option: "THREADING_ALT", Reason: oneThread},
	{When: "CHECK_PARAMS", Option: "CHECK_PARAMS_ASSERT", Defined: true, Reason: "nobody takes the library's calls here"},
	{When: "ENTROPY_C", Option: "NO_PLATFORM_ENTROPY", Defined: true, Reason: "there is no /dev/urandom"},
	{When: "PSA_CRYPTO_C", Option: "ENTROPY_HARDWARE_ALT", Defined: true, Reason: "PSA fills an entropy pool of its own, from the lab's seeded source"},
	{When: "ENTROPY_HARDWARE_ALT", Option: "NO_DEFAULT_ENTROPY_SOURCES", Reason: "the lab's seeded source is mbedtls_hardware_poll, a default one"},
	{When: "TIMING_C", Option: "TIMING_ALT", Defined: true, Reason: "the lab's timers are virtual"},
}

// vendors is how an option is called that has a vendor's code take the library's
// place. What the library itself has by such a name is in offered.
var vendors = regexp.MustCompile(`(^|_)ALT(_|$)|_SOFT_FALLBACK$`)

// offered are names with ALT in them that ask for no code, or for code that a system
// gives the library: its clock, its console, its sources of entropy.
var offered = regexp.MustCompile(`^(PLATFORM_[A-Z0-9_]+_ALT|(TIMING|THREADING|ENTROPY_HARDWARE|PARAM_FAILED)_ALT|PK_RSA_ALT(_SUPPORT)?|[A-Z0-9_]*_ALT_NAME|ENTROPY_HARDWARE_ALT_DEFINED|RSA_ALT_HELPERS_H)$`)

// refusals are options that need what is not here.
var refusals = []dialect.Refusal{
	{Option: regexp.MustCompile(`^(AES|ARC4|ARIA|BLOWFISH|CAMELLIA|CCM|CHACHA20|CHACHAPOLY|CMAC|DES|DHM|ECJPAKE|ECP|ECP_INTERNAL|GCM|MD2|MD4|MD5|NIST_KW|POLY1305|RIPEMD160|RSA|SHA1|SHA256|SHA512|XTEA|` +
		`(ECDH|ECDSA|AES|DES|DES3|SHA1|SHA256|SHA512|MD2|MD4|MD5|RIPEMD160|ECP)_[A-Z0-9_]+)_ALT$`),
		Reason: "the code that takes the library's place is not here; with unset = [%s] in the config the library's own is measured"},
	{Option: vendors, Reason: "no release of Mbed TLS has it: a vendor's own, whose code is not here; with unset = [%s] in the config the library's own is measured"},
	{Option: regexp.MustCompile(`^PKCS11_C$`), Reason: "the library libpkcs11-helper is not here; take it out with unset = [%s] in the config"},
	{Option: regexp.MustCompile(`^ZLIB_SUPPORT$`), Reason: "the library zlib is not here; take it out with unset = [%s] in the config"},
	{Option: regexp.MustCompile(`^PSA_CRYPTO_SPM$`), Reason: "a partition manager's headers are not here; take it out with unset = [%s] in the config"},
	{Option: regexp.MustCompile(`^PSA_CRYPTO_EXTERNAL_RNG$`), Reason: "mbedtls_psa_external_get_random is not here; take it out with unset = [%s] in the config"},
	{Option: regexp.MustCompile(`^ECDH_VARIANT_EVEREST_ENABLED$`), Reason: "3rdparty/everest is not built here; take it out with unset = [%s] in the config"},
}
