package mbedtls

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestPrimitives compares the list with the program's own tables.
func TestPrimitives(t *testing.T) {
	files, err := filepath.Glob("../../port/mbedtls/primitives_*.c")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	entry := regexp.MustCompile(`(?m)^\s*\{ "([a-z0-9-]+)", `)
	var has []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range entry.FindAllSubmatch(text, -1) {
			has = append(has, string(m[1]))
		}
	}
	if want := (Library{}).Primitives(); !slices.Equal(has, want) {
		t.Errorf("the program has\n%q, the library lists\n%q", has, want)
	}
}

func TestPart(t *testing.T) {
	for function, want := range map[string]string{
		"mbedtls_rsa_private": "RSA", "mbedtls_mpi_exp_mod": "bignum", "mbedtls_internal_sha256_process": "hash",
		"mbedtls_pk_sign": "X.509, ASN.1, PEM", "ssl_write_record": "record layer, handshake", "memcpy": "",
	} {
		if got := (Library{}).Part(function); got != want {
			t.Errorf("%s: %q, want %q", function, got, want)
		}
	}
}
