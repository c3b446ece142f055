package mbedtls

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/core"
	sources "tlslab/core/source"
	"tlslab/internal/iana"
	"tlslab/internal/testutil"
)

// source is a pinned core, from the user's cache.
func source(t *testing.T, name string) *core.Source {
	t.Helper()
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	shelf := &sources.Shelf{Libraries: []core.Library{Library{}}, Cache: &core.Cache{Dir: filepath.Join(user, "tlslab")}, Say: func(s string) { t.Log(s) }}
	src, err := shelf.Resolve(context.Background(), name)
	if err != nil {
		testutil.Missing(t, err)
	}
	return src
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const versionH = "#define MBEDTLS_VERSION_STRING         \"2.28.99\"\n"

func headers(t *testing.T, files map[string]string) *core.Source {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "include/mbedtls/version.h"), versionH)
	write(t, filepath.Join(dir, "library/aes.c"), "")
	for name, text := range files {
		write(t, filepath.Join(dir, "include/mbedtls", name), text)
	}
	s, err := core.Open("dir", dir, []core.Library{Library{}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSuite(t *testing.T) {
	s := headers(t, map[string]string{"ssl_ciphersuites.h": "#define MBEDTLS_TLS_RSA_WITH_NULL_MD5                    0x01   /**< Weak! */\n" +
		"#define MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8               0xC0A8\n#define MBEDTLS_TLS_OTHER 0x5\n"})
	for name, want := range map[string]iana.Suite{"TLS-PSK-WITH-AES-128-CCM-8": 0xc0a8, "TLS-RSA-WITH-NULL-MD5": 1} {
		if got, err := s.Suite(name); err != nil || got != want {
			t.Errorf("%s: 0x%x, %v, want 0x%x", name, got, err, want)
		}
	}
	for _, name := range []string{"TLS-PSK-WITH-AES-128-CCM", "", "TLS-OTHER", "TLS_PSK_WITH_AES_128_CCM_8 "} {
		if got, err := s.Suite(name); err == nil {
			t.Errorf("%q is suite 0x%x", name, got)
		}
	}
}

func TestErrorNames(t *testing.T) {
	s := headers(t, map[string]string{
		"ssl.h":    "#define MBEDTLS_ERR_SSL_TIMEOUT                           -0x6800 /**< no */\n",
		"bignum.h": "#define MBEDTLS_ERR_MPI_ALLOC_FAILED    -0x0010\n",
		"ecp.h":    "#define MBEDTLS_ERR_ECP_VERIFY_FAILED  -0x4E00\n",
		"x509.h":   "#define MBEDTLS_X509_BADCERT_EXPIRED             0x01\n#define MBEDTLS_X509_BADCERT_NOT_TRUSTED 0x08\n#define MBEDTLS_X509_BADCRL_EXPIRED 0x20\n",
	})
	n, err := s.ErrorNames()
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[uint32]string{
		0x6800: "MBEDTLS_ERR_SSL_TIMEOUT", 0x0010: "MBEDTLS_ERR_MPI_ALLOC_FAILED",
		0x4e10: "MBEDTLS_ERR_ECP_VERIFY_FAILED + MBEDTLS_ERR_MPI_ALLOC_FAILED",
		0x4e11: "-0x4e11", 0x1: "-0x0001", 0: "-0x0000", 0xffffffff: "-0xffffffff",
	} {
		if got := n.Error(code); got != want {
			t.Errorf("0x%x is %s, want %s", code, got, want)
		}
	}
	for flags, want := range map[uint32]string{
		0: "", 1: "BADCERT_EXPIRED", 9: "BADCERT_EXPIRED + BADCERT_NOT_TRUSTED", 0x28: "BADCERT_NOT_TRUSTED + BADCRL_EXPIRED", 0x4000: "flags 0x4000",
		0x4001: "BADCERT_EXPIRED + flags 0x4000",
	} {
		if got := n.Flags(flags); got != want {
			t.Errorf("flags 0x%x are %q, want %q", flags, got, want)
		}
	}
	if _, err := headers(t, nil).ErrorNames(); err == nil {
		t.Error("no error from a source without error codes")
	}
}

func TestHeader(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"include/mbedtls/config.h":         {"config.h": "old"},
		"include/mbedtls/mbedtls_config.h": {"mbedtls_config.h": "new", "config.h": "left behind"},
	} {
		src := headers(t, files)
		got, text, err := src.Header()
		if err != nil || got != name || string(text) != files[filepath.Base(name)] {
			t.Errorf("%s: %q, %q, %v", name, got, text, err)
		}
	}
	if _, _, err := headers(t, nil).Header(); err == nil || !strings.Contains(err.Error(), "has no configuration header") {
		t.Errorf("got %v", err)
	}
}

func TestOption(t *testing.T) {
	r := headers(t, nil).Recipe
	for name, want := range map[string]bool{"MBEDTLS_A": true, "MBEDTLS_CONFIG_H": false, "MBEDTLS_F(x)": false, "OTHER": false, "MBEDTLS_CONFIG_FILE": false} {
		if got := r.Option(name); got != want {
			t.Errorf("%s is an option: %v", name, got)
		}
	}
}
