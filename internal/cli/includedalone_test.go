package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/results"
)

// TestCheckIncludedAlone: a header that is refused keeps no other from being
// measured.
func TestCheckIncludedAlone(t *testing.T) {
	needSource(t)
	dir := t.TempDir()
	stub := filepath.Join("..", "..", "core", "testdata", "stub")
	if err := os.CopyFS(filepath.Join(dir, "tree"), os.DirFS(stub)); err != nil {
		t.Fatal(err)
	}
	edit := func(from, to string, pairs ...string) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, "tree", from))
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.NewReplacer(pairs...).Replace(string(text))
		if err := os.WriteFile(filepath.Join(dir, to), []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const check = "#include \"mbedtls/check_config.h\"\n"
	edit("include/mbedtls/version.h", "tree/include/mbedtls/version.h", "2.28.0", "3.9.0")
	edit("include/mbedtls/config.h", "theirs.h")
	edit("include/mbedtls/config.h", "ours.h", check, "#define MBEDTLS_KEY_EXCHANGE__SOME__PSK_ENABLED\n")
	edit("scenario.toml", "scenario.toml")
	edit("profile.toml", "stub.toml", "base = \"core\"\n\n[config.set]\nSSL_MAX_CONTENT_LEN = 2048", `header = "ours.h"`,
		"base = \"core\"\n\n[config.set]\nSSL_MAX_CONTENT_LEN = 1024\nSHA256_SMALLER = true", `header = "theirs.h"`)
	status, stdout, stderr := run("bench", filepath.Join(dir, "stub.toml"), "--core", "dir:"+filepath.Join(dir, "tree"), "--machine", "wasm", "--no-plots", "--out", dir)
	const want = "small in psk-null: does-not-build in build ("
	if status != exitBad || !strings.Contains(stderr, want) || !strings.Contains(stderr, "theirs.h:23: includes check_config.h, which a header of Mbed TLS 3.9.0 must not") || strings.Count(stderr, "\n") != 1 {
		t.Fatalf("status %d\n%s%s", status, stdout, stderr)
	}
	f, err := results.Read(filepath.Join(dir, "stub", "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Cases) != 2 || f.Cases[0].Outcome != results.OutcomeConnected || f.Cases[1].Outcome != lab.OutcomeNoBuild {
		t.Errorf("%s", stdout)
	}
}
