package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/core/library"
	"tlslab/internal/testutil"
)

const windows = `name      = "windows"
board     = "imxrt1052"
scenarios = ["rsa-aes256-cbc-sha256"]
[memory]
heap_bytes  = 65_536
stack_bytes = 16_384
[[config]]
name = "small"
base = "rtthread-optimised-2018"
[config.set]
SSL_MAX_CONTENT_LEN = 3584
[[axis]]
config = "small"
option = "MPI_WINDOW_SIZE"
values = [1]
`

// A change of the library that makes one value of one option slower, or all of
// them bigger or smaller, fails the gate, which says which option, phase and
// function it is.
func TestGateNamesWhatAChangedCoreCosts(t *testing.T) {
	testutil.Nightly(t)
	needSource(t)
	t.Chdir(t.TempDir())
	if err := os.WriteFile("windows.toml", []byte(windows), 0o644); err != nil {
		t.Fatal(err)
	}
	must := func(want int, args ...string) string {
		t.Helper()
		status, stdout, stderr := run(args...)
		if status != want {
			t.Fatalf("%s: status %d, want %d\n%s%s", strings.Join(args, " "), status, want, stdout, stderr)
		}
		return stdout
	}
	copyCore(t, "before")
	must(exitFine, "bench", "windows.toml", "--no-plots", "--core", "dir:before", "--out", "old")
	must(exitFine, "--out", "old", "update", "windows.toml", "--baseline", "base.json", "--functions")
	must(exitFine, "--out", "old", "update", "windows.toml", "--baseline", "plain.json")

	// Another core of the same source passes, and is named.
	must(exitFine, "bench", "windows.toml", "--no-plots", "--out", "pinned")
	text := must(exitFine, "--out", "pinned", "gate", "windows.toml", "--baseline", "base.json")
	holds(t, "the pinned core", text, "produced differently, with the same numbers:\n  core: mbedtls-2.28.3-", " -> mbedtls-2.28\n")
	must(exitFine, "compare", "old/windows", "pinned/windows")

	const eachBit = "        ei = (E->p[nblimbs] >> bufsize) & 1;\n"
	const select0 = "    mbedtls_mpi_copy(X, &W[x_index]);\n"
	const sign = "    if (neg && E->n != 0 && (E->p[0] & 1) != 0) {\n" +
		"        W[x_index].s = -1;\n" +
		"        MBEDTLS_MPI_CHK(mbedtls_mpi_add_mpi(&W[x_index], N, &W[x_index]));\n" +
		"    }\n"
	for _, c := range []struct {
		name, old, new string
		want           []string // of the gate's text, in this order
		not            []string
	}{
		{"slower", eachBit, eachBit + "#if MBEDTLS_MPI_WINDOW_SIZE == 1\n        mpi_montmul(&WW, &W[1], N, mm, &T);\n#endif\n",
			[]string{"core: ", "/small/MPI_WINDOW_SIZE=1/rsa-aes256-cbc-sha256/wasm\n",
				"  worse     handshake-wasm-ops: ", "varies small: MPI_WINDOW_SIZE=1", "small itself did not change",
				"wasm-ops by phase\n", "server-certificate ", "client-key-exchange ",
				"wasm-ops by function, of the whole run\n", "mpi_mul_hlp ", "mpi_montmul ", "mbedtls_mpi_exp_mod ",
				"code-B by function\n", "mbedtls_mpi_exp_mod ", "1 of 2 cases unchanged"},
			[]string{"/small/rsa-"}},
		{"bigger", select0, "    {\n        static const unsigned char table[2048] = { 1, 2, 3 };\n" +
			"        const volatile unsigned char *at = table;\n        X->s = at[N->n];\n    }\n" + select0,
			[]string{"/small/rsa-aes256-cbc-sha256/wasm\n", "  worse     wasm-ops: ", "wasm-ops by phase\n", "server-certificate ",
				"mbedtls_mpi_exp_mod ", "the same in 1 more case: MPI_WINDOW_SIZE=1",
				"  worse     flash-B: ", "code-B by function\n", "mbedtls_mpi_exp_mod ",
				"besides functions (constants, data, padding): +2 0", "/small/MPI_WINDOW_SIZE=1/", "  worse     flash-B: "}, nil},
		{"smaller", sign, "",
			[]string{"/small/rsa-aes256-cbc-sha256/wasm\n", "  improved  flash-B: ", "code-B by function\n", "mbedtls_mpi_exp_mod "},
			[]string{"worse     flash-B"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			copyCore(t, c.name)
			path := filepath.Join(c.name, "library", "bignum.c")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(data), c.old); n != 1 {
				t.Fatalf("bignum.c has %q %d times", c.old, n)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(data), c.old, c.new, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
			must(exitFine, "bench", "windows.toml", "--no-plots", "--core", "dir:"+c.name, "--out", c.name+"-out")
			text := must(exitBad, "--out", c.name+"-out", "gate", "windows.toml", "--baseline", "base.json")
			holds(t, "the gate", text, c.want...)
			for _, not := range c.not {
				if strings.Contains(text, not) {
					t.Errorf("the gate says %q:\n%s", not, text)
				}
			}
			must(exitBad, "compare", "old/windows", c.name+"-out/windows")

			// A baseline without a variation's functions still tells the phase.
			text = must(exitBad, "--out", c.name+"-out", "gate", "windows.toml", "--baseline", "plain.json")
			if c.name == "slower" {
				holds(t, "the gate without functions", text, "varies small: MPI_WINDOW_SIZE=1", "server-certificate ",
					"functions not compared: the old file has none of this case")
			}
		})
	}
}

// copyCore copies what is compiled of the pinned core.
func copyCore(t *testing.T, dir string) {
	t.Helper()
	cache, err := (&settings{}).cache()
	if err != nil {
		t.Fatal(err)
	}
	src, err := library.Resolve(context.Background(), peerCore, cache, func(s string) { t.Log(s) })
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"library", "include", "3rdparty"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(src.Dir, part))); err != nil {
			t.Fatal(err)
		}
	}
}

// holds says that a text has all of these, one after the other.
func holds(t *testing.T, what, text string, want ...string) {
	t.Helper()
	rest := text
	for _, w := range want {
		_, after, ok := strings.Cut(rest, w)
		if !ok {
			t.Errorf("%s does not say %q after what comes before it:\n%s", what, w, text)
			return
		}
		rest = after
	}
}
