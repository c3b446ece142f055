package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/core"
	"tlslab/core/library"
	"tlslab/internal/confine"
	"tlslab/internal/testutil"
)

// stubSpec is a build of a copy of the stub library.
func stubSpec(t *testing.T) (*Builder, *core.Spec) {
	t.Helper()
	b := realBuilder(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../testdata/stub")); err != nil {
		t.Fatal(err)
	}
	src, err := core.Open("dir", dir, library.All)
	if err != nil {
		t.Fatal(err)
	}
	header, err := os.ReadFile(filepath.Join(dir, "include", "mbedtls", "config.h"))
	if err != nil {
		t.Fatal(err)
	}
	spec := specOf(t, optimised, "psk-aes128-ccm8")
	spec.Source, spec.Header = src, header
	return b, spec
}

// appendTo adds text to a file of a source, which is opened anew.
func appendTo(t *testing.T, spec *core.Spec, name, text string) {
	t.Helper()
	path := filepath.Join(spec.Source.Dir, name)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(data, text...), 0o600); err != nil {
		t.Fatal(err)
	}
	if spec.Source, err = core.Open("dir", spec.Source.Dir, library.All); err != nil {
		t.Fatal(err)
	}
}

// TestHostileTree: a source that wants a file outside it gets an error that
// names the file, on both targets and whatever the way; nothing of it is cached.
func TestHostileTree(t *testing.T) {
	if confine.InForce() == confine.None {
		testutil.Missing(t, "nothing confines compilers here")
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("int tlslab_secret = 4711;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	up := strings.Repeat("../", 12) + secret[1:]
	for _, c := range []struct {
		name, text string
		link       bool
	}{
		{name: ".incbin", text: "\n__asm__(\".section .rodata\\n.incbin \\\"" + secret + "\\\"\\n\");\n"},
		{name: "include", text: "\n#include \"" + secret + "\"\n"},
		{name: "include <>", text: "\n#include <" + secret + ">\n"},
		{name: "include from above", text: "\n#include \"" + up + "\"\n"},
		{name: "assembler's include", text: "\n__asm__(\".include \\\"" + secret + "\\\"\\n\");\n"},
		{name: "has_include", text: "\n#if __has_include(\"" + secret + "\")\n#include \"" + secret + "\"\n#else\n#include \"" + secret + "\"\n#endif\n"},
		{name: "link", text: "\n#include \"secret.inc\"\n", link: true},
	} {
		for _, arm := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, arm %v", c.name, arm), func(t *testing.T) {
				b, spec := stubSpec(t)
				appendTo(t, spec, "library/prf.c", c.text)
				if c.link {
					if err := os.Symlink(secret, filepath.Join(spec.Source.Dir, "library", "secret.inc")); err != nil {
						t.Fatal(err)
					}
				}
				var err error
				if arm {
					err = b.linkARM(context.Background(), spec, new(core.Image))
				} else {
					spec.Board = nil
					_, err = b.Build(context.Background(), spec)
				}
				var reach *confine.ReachError
				switch {
				case err == nil:
					t.Error("built")
				case c.link: // refused before a compiler sees it, or by the confinement
					if !strings.Contains(err.Error(), "secret.inc") {
						t.Errorf("got %v", err)
					}
				case !errors.As(err, &reach) || !strings.HasSuffix(reach.Path, secret):
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// A source that the user named is not compiled where nothing confines
// compilers, unless it is trusted.
func TestTrust(t *testing.T) {
	if os.Getenv(confine.Variable) != string(confine.None) {
		needTools(t)
		cmd := exec.Command(os.Args[0], "-test.run=^TestTrust$", "-test.v")
		cmd.Env = append(os.Environ(), confine.Variable+"="+string(confine.None))
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestTrust") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	b, spec := stubSpec(t)
	spec.Board = nil
	var trust *TrustError
	if _, err := b.Build(context.Background(), spec); !errors.As(err, &trust) {
		t.Fatalf("got %v", err)
	}
	b.Trust = true
	if _, err := b.Build(context.Background(), spec); err != nil {
		t.Fatal(err)
	}
}
