package profiles

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tlslab/core"
	cores "tlslab/core/library"
	"tlslab/internal/testutil"
)

var altName = regexp.MustCompile(`\bMBEDTLS_[A-Z0-9_]*ALT(?:_[A-Z0-9_]+)?\b`)

// TestVendors: no name that a core itself has is called a vendor's, and what the
// core lets others take over is refused, or is the system's.
func TestVendors(t *testing.T) {
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	takesPlace := lib().Refusals[0].Option
	for _, pin := range cores.Pins() {
		src, err := cores.Resolve(context.Background(), pin.Core, &core.Cache{Dir: filepath.Join(user, "tlslab")}, func(s string) { t.Log(s) })
		if err != nil {
			testutil.Missing(t, err)
		}
		met := 0
		for _, sub := range []string{"mbedtls", "psa"} {
			files, _ := filepath.Glob(filepath.Join(src.Dir, "include", sub, "*.h"))
			for _, f := range files {
				data, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range altName.FindAllString(string(data), -1) {
					name := lib().Short(name)
					// Placeholders in comments: MBEDTLS__MODULE_NAME__ALT, MBEDTLS_ECP_XXX_ALT.
					if strings.Contains(name, "_NAME__") || strings.Contains(name, "XXX") || strings.Contains(name, "SALT") {
						continue
					}
					met++
					if takesPlace.MatchString(name) == lib().Offered.MatchString(name) {
						t.Errorf("%s, %s: %s: refused %v, offered %v: want one of the two", pin.Core, filepath.Base(f), name, takesPlace.MatchString(name), lib().Offered.MatchString(name))
					}
				}
			}
		}
		if met < 50 {
			t.Errorf("%s: %d names", pin.Core, met)
		}
	}
}

// TestRefusedTogether: everything that has to go is told at once, with what to write.
func TestRefusedTogether(t *testing.T) {
	text := "#define MBEDTLS_SHA256_C\n#define MBEDTLS_AES_ALT\n#define MBEDTLS_SHA256_ALT\n#define MBEDTLS_MPI_EXP_MOD_ALT_FALLBACK\n" +
		"#define MBEDTLS_MPI_MUL_MPI_ALT\n#define MBEDTLS_GCM_NON_AES_CIPHER_SOFT_FALLBACK\n#define MBEDTLS_PLATFORM_SNPRINTF_ALT\n#define MBEDTLS_TIMING_ALT\n#define MBEDTLS_PK_RSA_ALT_SUPPORT\n"
	_, err := readText(t, text)
	const want = `: MBEDTLS_AES_ALT, MBEDTLS_SHA256_ALT (line 3): the code that takes the library's place is not here; with unset = ["AES_ALT", "SHA256_ALT"] in the config the library's own is measured; ` +
		`MBEDTLS_MPI_EXP_MOD_ALT_FALLBACK (line 4), MBEDTLS_MPI_MUL_MPI_ALT (line 5), MBEDTLS_GCM_NON_AES_CIPHER_SOFT_FALLBACK (line 6): no release of Mbed TLS has it: ` +
		`a vendor's own, whose code is not here; with unset = ["MPI_EXP_MOD_ALT_FALLBACK", "MPI_MUL_MPI_ALT", "GCM_NON_AES_CIPHER_SOFT_FALLBACK"] in the config the library's own is measured`
	if err == nil || !strings.HasSuffix(err.Error(), want) || !strings.Contains(err.Error(), "x.h:2: ") {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// readText reads a header from a file of its own.
func readText(t *testing.T, text string) (*Profile, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.h")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return LoadConfig(path, "")
}

// TestNewer: a header of Mbed TLS 4 says so; one of 3.6 with PSA's way does not.
func TestNewer(t *testing.T) {
	for text, want := range map[string]string{
		"#define MBEDTLS_CONFIG_VERSION 0x04000000\n#define MBEDTLS_SSL_TLS_C\n":                          "x.h:1: MBEDTLS_CONFIG_VERSION: a header of Mbed TLS 4",
		"#define MBEDTLS_SSL_TLS_C\n#define TF_PSA_CRYPTO_CONFIG_VERSION 0x01000000\n":                    "x.h:2: TF_PSA_CRYPTO_CONFIG_VERSION: a header of Mbed TLS 4",
		"#define MBEDTLS_SSL_TLS_C\n#define PSA_WANT_ALG_SHA_256 1\n#define MBEDTLS_X509_CRT_PARSE_C\n":   "x.h:2: PSA_WANT_ALG_SHA_256, and none of MBEDTLS_PSA_CRYPTO_C",
		"#define PSA_WANT_ALG_SHA_256 1\n":                                                                "x.h:1: PSA_WANT_ALG_SHA_256, and none of",
		"#include \"tf-psa-crypto/build_info.h\"\n#define MBEDTLS_SSL_TLS_C\n":                            `x.h:1: includes "tf-psa-crypto/build_info.h": a header of Mbed TLS 4`,
		"#define MBEDTLS_CONFIG_VERSION 0x03000000\n#define MBEDTLS_SSL_TLS_C\n":                          "",
		"#define MBEDTLS_PSA_CRYPTO_CONFIG\n#define MBEDTLS_PSA_CRYPTO_C\n#define PSA_WANT_ALG_SHA_256 1": "",
	} {
		_, err := readText(t, text)
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && (!strings.Contains(got, want) || strings.Contains(got, "\n")) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestIncludesCheck: with its line, and only where it surely does.
func TestIncludesCheck(t *testing.T) {
	for text, want := range map[string]string{
		"#define MBEDTLS_AES_C\n#include \"mbedtls/check_config.h\"\n":                                         "x.h:2",
		"#define MBEDTLS_AES_C\n\n#include \"check_config.h\"\n":                                               "x.h:3",
		"#define MBEDTLS_AES_C\n#if MBEDTLS_VERSION_NUMBER < 3\n#include \"mbedtls/check_config.h\"\n#endif\n": "",
		"#define MBEDTLS_AES_C\n": "",
	} {
		p, err := readText(t, text)
		if err != nil {
			t.Fatal(err)
		}
		v, err := p.Config("")
		if err != nil {
			t.Fatal(err)
		}
		if at := v.IncludesCheck(); filepath.Base(at) != want && !(want == "" && at == "") {
			t.Errorf("%q: at %q, want %q", text, at, want)
		}
	}
}

// A refusal is told once, whatever pattern finds it first.
func TestRefusalsOnce(t *testing.T) {
	for _, name := range []string{"X_SOFT_FALLBACK", "AES_ALT", "ECP_INTERNAL_ALT", "SHA1_PROCESS_ALT", "ECDH_GEN_PUBLIC_ALT", "MPI_EXP_MOD_ALT"} {
		_, err := readText(t, "#define MBEDTLS_SHA256_C\n#define MBEDTLS_"+name+"\n")
		if err == nil || strings.Count(err.Error(), "MBEDTLS_"+name) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
