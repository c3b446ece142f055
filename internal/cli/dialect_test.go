package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/profiles"
	"tlslab/profiles/dialect"
)

const tinyTree = "../../core/build/testdata/tiny"

func init() {
	dialect.Register(&dialect.Dialect{Title: "Tiny", Prefix: "TINY_", Core: "tiny-1", Found: func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "include", "tiny.h"))
		return err == nil
	}})
}

// A core is refused with one line, before anything is built, if the profile's base lists
// are for another library.
func TestCoreOfOtherLibrary(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"bench", "imxrt1052"}, {"tune", "imxrt1052"}, {"config", "show", "imxrt1052"}, {"config", "show", "rtthread-default-2018"},
	} {
		status, out, errs := run(append(args, "--core", "dir:"+tinyTree)...)
		if status != 2 || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "is an option of Mbed TLS, but the core is Tiny") {
			t.Errorf("%s: status %d\n%s%s", args, status, out, errs)
		}
	}
}

// A core whose library can only be recognised from its tree is refused once it is found.
func TestCoreFoundOfOtherLibrary(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "own.txt")
	if err := os.WriteFile(list, []byte("TINY_FAST\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := profiles.LoadConfig(list, "tiny-1")
	if err != nil {
		t.Fatal(err)
	}
	const stub = "dir:../../core/testdata/stub"
	if _, err := new(settings).resolveFor(t.Context(), p, stub); err == nil || !strings.Contains(err.Error(), "is Mbed TLS, but "+list+" was read with the options of Tiny") {
		t.Errorf("%v", err)
	}
}
