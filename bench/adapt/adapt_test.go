package adapt

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/core"
	"tlslab/core/library"
	"tlslab/profiles"
)

// A tree as 3.x lays it out, with two of 3.0's rules.
var smallCore = map[string]string{
	"include/mbedtls/build_info.h": "#define MBEDTLS_VERSION_STRING \"3.0.99\"\n#include MBEDTLS_CONFIG_FILE\n#include \"mbedtls/check_config.h\"\n",
	"include/mbedtls/mbedtls_config.h": "/** SHA-224 */\n#define MBEDTLS_SHA224_C\n\n/** SHA-256 */\n#define MBEDTLS_SHA256_C\n\n" +
		"/** Requires: nothing */\n//#define MBEDTLS_SSL_KEEP\n\n/** TLS 1.2 */\n#define MBEDTLS_SSL_PROTO_TLS1_2\n",
	"include/mbedtls/check_config.h": "#if defined(MBEDTLS_SHA256_C) && !defined(MBEDTLS_SHA224_C)\n#error \"SHA256_C without SHA224_C\"\n#endif\n" +
		"#if defined(MBEDTLS_SSL_TRUNCATED_HMAC) //no-check-names\n#error \"MBEDTLS_SSL_TRUNCATED_HMAC was removed\"\n#endif\n",
	"library/aes.c": "",
}

// Another core gets what it demands, and goes without what it refuses and does
// not have; what neither rule speaks of stays.
func TestAdapt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range smallCore {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	src, err := library.Resolve(context.Background(), "dir:"+dir, &core.Cache{Dir: t.TempDir()}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "p.toml")
	if err := os.WriteFile(file, []byte("name = \"p\"\nboard = \"imxrt1052\"\nscenarios = [\"psk-aes128-ccm8\"]\n"+
		"[memory]\nheap_bytes = 65536\nstack_bytes = 16384\n"+
		"[[config]]\nname = \"c\"\nbase = \"rtthread-optimised-2018\"\n"+
		"[config.set]\nSSL_TRUNCATED_HMAC = true\nREMOVE_3DES_CIPHERSUITES = true\nSSL_KEEP = true\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	same := string(plan.Jobs[0].Header)
	if err := To(plan, &core.Source{Core: p.Core}); err != nil || string(plan.Jobs[0].Header) != same {
		t.Errorf("the profile's own core changed the header; %v", err)
	}
	plan.Jobs = append(plan.Jobs, plan.Jobs[0])
	older := *plan.Jobs[0].Scenario
	older.Protocol = "tls1.0"
	plan.Jobs[1].Scenario = &older
	if err := To(plan, src); err != nil {
		t.Fatal(err)
	}
	if got, want := plan.Jobs[1].Lacks, "Mbed TLS 3.0.99 does not speak tls1.0: no option SSL_PROTO_TLS1; 2.16.0 to 2.28.10 do"; got != want || plan.Jobs[0].Lacks != "" {
		t.Errorf("lacks %q, want %q", got, want)
	}
	j := plan.Jobs[0]
	for option, want := range map[string]bool{"SHA224_C": true, "SHA256_C": true, "SSL_TRUNCATED_HMAC": false, "REMOVE_3DES_CIPHERSUITES": true, "SSL_KEEP": true} {
		if got := strings.Contains(string(j.Header), "#define MBEDTLS_"+option+"\n"); got != want {
			t.Errorf("%s defined: %t", option, got)
		}
	}
	for _, want := range []string{"SHA224_C" + profiles.CoreNote, "-SSL_TRUNCATED_HMAC" + profiles.CoreNote} {
		if !slices.Contains(j.Added, want) {
			t.Errorf("added %q lacks %s", j.Added, want)
		}
	}
}

// TestCheckIncluded: a header that includes check_config.h is refused with its line for
// a core that includes it itself, and taken for one that does not.
func TestCheckIncluded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("mine.h", "#define MBEDTLS_SSL_CLI_C\n#include \"mbedtls/check_config.h\"\n")
	write("mine.toml", "name = \"mine\"\nboard = \"imxrt1052\"\nscenarios = [\"psk-aes128-ccm8\"]\n[memory]\nheap_bytes = 65536\nstack_bytes = 8192\n[[config]]\nname = \"ours\"\nheader = \"mine.h\"\n")
	p, err := profiles.Load(filepath.Join(dir, "mine.toml"))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkedTwice(plan, &core.Source{Version: "2.28.3"}); err != nil {
		t.Errorf("2.28: %v", err)
	}
	const want = "mine.h:2: includes check_config.h, which a header of Mbed TLS 3.6.6 must not: the library includes it itself, once its other options are set; take the line out"
	if err := checkedTwice(plan, &core.Source{Version: "3.6.6"}); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("3.6: %v\nwant %s", err, want)
	}
}
