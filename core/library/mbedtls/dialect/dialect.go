// Package dialect is what profiles have to know of Mbed TLS 2.16 to 3.6: how
// its configuration headers are written, what the lab needs changed in one, and
// which options a conversation needs. It is data, so that profiles are read
// without anything that builds.
package dialect

import (
	"regexp"
	"strings"

	"tlslab/profiles/dialect"
	"tlslab/profiles/header"
)

func init() { dialect.Register(Dialect) }

// prefix is what every option's name begins with.
const prefix = "MBEDTLS_"

// Dialect is that of Mbed TLS, the default library's.
var Dialect = &dialect.Dialect{
	Title:   "Mbed TLS",
	Prefix:  prefix,
	Core:    "mbedtls-2.28",
	Default: true,
	Mine: func(macro string) bool {
		return strings.HasPrefix(macro, prefix) || strings.HasPrefix(macro, "PSA_")
	},
	DebugOption: "DEBUG_C",
	Suites:      "SSL_CIPHERSUITES",
	Suite:       func(name string) string { return prefix + strings.ReplaceAll(name, "-", "_") },
	Header: dialect.Header{
		Begin:       "#ifndef MBEDTLS_CONFIG_H\n#define MBEDTLS_CONFIG_H\n\n",
		End:         ending,
		Check:       checkConfigLine,
		CheckNames:  []string{"mbedtls/check_config.h", "check_config.h"},
		Bare:        bareCheckConfig,
		BareName:    "check_config.h",
		Whole:       "${1}mbedtls/${2}",
		Own:         []string{"mbedtls/config.h", "mbedtls/mbedtls_config.h"},
		Brings:      []string{"check_config.h", "timing_alt.h"},
		BringsBelow: []string{"mbedtls/", "psa/"},
		About: header.About{
			Given:     map[string]string{"MBEDTLS_CONFIG_FILE": ""}, // by the lab, on the compiler's command line
			Elsewhere: regexp.MustCompile(`^MBEDTLS_VERSION_`),
		},
		Foreign: foreign,
	},
	Overrides: overrides,
	Refusals:  refusals,
	Offered:   offered,
	Needs:     needs,
}

// ending has a configuration checked. What SSL_MAX_CONTENT_LEN says, 2.x itself
// takes over in ssl.h; 3.x would ignore it and triple the heap.
const ending = `
#ifndef MBEDTLS_BUILD_INFO_H /* since 3.0 it derives more options, then checks by itself */
#include "mbedtls/check_config.h"
#elif defined(MBEDTLS_SSL_MAX_CONTENT_LEN) /* one option for both, until 3.0 */
#ifndef MBEDTLS_SSL_IN_CONTENT_LEN
#define MBEDTLS_SSL_IN_CONTENT_LEN MBEDTLS_SSL_MAX_CONTENT_LEN
#endif
#ifndef MBEDTLS_SSL_OUT_CONTENT_LEN
#define MBEDTLS_SSL_OUT_CONTENT_LEN MBEDTLS_SSL_MAX_CONTENT_LEN
#endif
#endif

#endif /* MBEDTLS_CONFIG_H */
`

var checkConfigLine = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*include[ \t]+["<](?:mbedtls/)?check_config\.h[">]`)

// bareCheckConfig is how releases before 2.28 include it, from beside their own
// header; here the header lies elsewhere.
var bareCheckConfig = regexp.MustCompile(`(?m)^([ \t]*#[ \t]*include[ \t]+")(check_config\.h")`)
