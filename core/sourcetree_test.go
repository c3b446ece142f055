package core

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallTree is a source in which each file that a compiler can read stands for
// one way to get there.
func smallTree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"include/mbedtls/version.h": versionH,
		"include/mbedtls/a.def":     "A(1)",
		"library/aes.c":             "#include \"table.inc\"\n#include \"../extra/up.h\"\n# include <../top.h>\n",
		"library/table.inc":         "1",
		"library/sub/deep.txt":      "x",
		"extra/up.h":                "#include \"../more/further.h\"\n",
		"extra/beside.bin":          "x",
		"more/further.h":            "x",
		"top.h":                     "x",
		"real/target.h":             "x",
		"README":                    "x",
		"tests/suite.c":             "#include \"../library/aes.c\"\n",
		".git/config":               "x",
	} {
		write(t, filepath.Join(dir, name), text)
	}
	link(t, "../real/target.h", filepath.Join(dir, "library", "linked.h"))
	link(t, "../real", filepath.Join(dir, "include", "linked"))
	link(t, "not-yet.h", filepath.Join(dir, "library", "dangling.h"))
	return dir
}

func link(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

// The digest is of every file that a compiler can read, and of no other.
func TestDigestCoversWhatIsRead(t *testing.T) {
	dir := smallTree(t)
	digest := func() string {
		t.Helper()
		s, err := open("dir", dir)
		if err != nil {
			t.Fatal(err)
		}
		return s.Digest
	}
	was := digest()
	for name, counts := range map[string]bool{
		"include/mbedtls/a.def": true, "library/aes.c": true, "library/table.inc": true, "library/sub/deep.txt": true,
		"extra/up.h": true, "extra/beside.bin": true, "more/further.h": true, "top.h": true, "real/target.h": true, "library/new.xyz": true,
		"README": false, "tests/suite.c": false, ".git/config": false, "other.h": false,
	} {
		path := filepath.Join(dir, name)
		before, err := os.ReadFile(path)
		write(t, path, string(before)+" ")
		if changed := digest() != was; changed != counts {
			t.Errorf("%s: changes the digest: %v", name, changed)
		}
		if err != nil {
			err = os.Remove(path)
		} else {
			err = os.WriteFile(path, before, 0o644)
		}
		if err != nil || digest() != was {
			t.Fatalf("%s: not as before: %v", name, err)
		}
	}
	for _, c := range []struct{ name, to string }{{"library/linked.h", "mbedtls.h"}, {"library/dangling.h", "later.h"}, {"include/linked", "../more"}} {
		path := filepath.Join(dir, c.name)
		to, err := os.Readlink(path)
		if err := errors.Join(err, os.Remove(path)); err != nil {
			t.Fatal(err)
		}
		link(t, c.to, path)
		if digest() == was {
			t.Errorf("%s: where it leads changes nothing", c.name)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		link(t, to, path)
	}
	write(t, filepath.Join(dir, "library", "not-yet.h"), "x")
	if digest() == was {
		t.Error("what a link leads to by now changes nothing")
	}
}

func TestTreeRefuses(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "x.h")
	write(t, outside, "x")
	for _, c := range []struct {
		file string
		make func(path string) error
		want string
	}{
		{"library/out.h", func(p string) error { return os.Symlink(outside, p) }, "library/out.h: a link out of the source, to " + outside},
		{"include/out", func(p string) error { return os.Symlink(filepath.Dir(outside), p) }, "include/out: a link out of the source"},
		{"library/self", func(p string) error { return os.Symlink(".", p) }, "a link to a directory that it lies in"},
		{"library/loop", func(p string) error { return os.Symlink("loop", p) }, "a link that leads nowhere"},
		{"library/pipe.h", func(p string) error { return syscall.Mkfifo(p, 0o644) }, "library/pipe.h: neither a file, a directory nor a link"},
		{"library/to-pipe.h", func(p string) error {
			return errors.Join(syscall.Mkfifo(filepath.Join(filepath.Dir(p), "..", "pipe"), 0o644), os.Symlink("../pipe", p))
		}, "library/to-pipe.h: neither a file"},
		{"library/huge.bin", func(p string) error {
			return errors.Join(os.WriteFile(p, nil, 0o644), os.Truncate(p, maxSourceBytes+1))
		}, "library/huge.bin: has 536870913 bytes; at most 536870912 are read"},
	} {
		dir := smallTree(t)
		if err := c.make(filepath.Join(dir, c.file)); err != nil {
			t.Fatal(err)
		}
		_, err := open("dir", dir)
		var bad *TreeError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.file, err, c.want)
		}
	}
}

func TestParseDeps(t *testing.T) {
	got, err := parseDeps([]byte("unit: library/a\\ b.c - <stdin> \\\n  include/x.h /usr/include/y\\#1.h z$$.h \\\r\n include/x.h\n"))
	if err != nil || strings.Join(got, "|") != "library/a b.c|include/x.h|/usr/include/y#1.h|z$.h" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := parseDeps([]byte("other: x")); err == nil {
		t.Error("another rule is taken")
	}
}

// Each way to read a file is seen when the file changes: with objects cached, and
// in the next process, the image is another one, and the old one when it is
// changed back.
func TestEveryReadIsSeen(t *testing.T) {
	for _, c := range []struct {
		name, code string
		file       string
		a, b       string // "": it is not there
	}{
		{name: "inc", code: `static const int v[] = {
#include "v.inc"
}; int x(void) { return v[0]; }`, file: "library/v.inc", a: "1", b: "2"},
		{name: "by a macro", code: "#define V_FILE \"v.def\"\n#include V_FILE\nint x(void) { return V; }", file: "library/v.def", a: "#define V 1\n", b: "#define V 2\n"},
		{name: "by a macro that makes the name", code: "#define S(x) #x\n#define T(x) S(x.inc)\n#include T(v)\nint x(void) { return V; }", file: "library/v.inc", a: "#define V 1\n", b: "#define V 2\n"},
		{name: "by an odd directive", code: "#inc\\\nlude \"v.inc\"\nint x(void) { return V; }", file: "library/v.inc", a: "#define V 1\n", b: "#define V 2\n"},
		{name: "where it is there", code: "#if __has_include(\"v.h\")\nint x(void) { return 1; }\n#else\nint x(void) { return 2; }\n#endif", file: "library/v.h", b: "x"},
		{name: "the next of its name", code: "#include <w.h>\nint x(void) { return V; }", file: "library/w.h", a: "#define V 1\n", b: "#define V 2\n"},
		{name: "before another of its name", code: "#include <mbedtls/v.h>\nint x(void) { return V; }", file: "include/mbedtls/v.h", a: "#define V 1\n", b: "#define V 2\n"},
		{name: "out of the directories searched", code: "#include \"../extra/v.h\"\nint x(void) { return V; }", file: "extra/v.h", a: "#define V 1\n", b: "#define V 2\n"},
		{name: "incbin", code: "__asm__(\".section .data.v,\\\"\\\",@\\n.globl v\\nv:\\n.inc\" \"bin \\\"library/v.bin\\\"\\n.size v, 4\\n\"); extern const int v; int x(void) { return v; }", file: "library/v.bin", a: "1234", b: "2234"},
		{name: "behind a link", code: "#include \"linked.h\"\nint x(void) { return V; }", file: "real/v.h", a: "#define V 1\n", b: "#define V 2\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, spec := stubSpec(t)
			spec.Board = nil
			dir := spec.Source.Dir
			write(t, filepath.Join(dir, "include", "w.h"), "#include_next <w.h>\n")
			if c.file == "real/v.h" {
				write(t, filepath.Join(dir, c.file), c.a)
				link(t, "../real/v.h", filepath.Join(dir, "library", "linked.h"))
			}
			path := filepath.Join(dir, "library", "prf.c")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, string(text)+"\n"+c.code+"\n")
			made := map[string][]byte{}
			for i, state := range []string{c.a, c.b, c.a} {
				path := filepath.Join(dir, c.file)
				if state == "" {
					err = os.Remove(path)
					if i == 0 {
						err = nil
					}
				} else {
					write(t, path, state)
				}
				if err != nil {
					t.Fatal(err)
				}
				if spec.Source, err = open("dir", dir); err != nil {
					t.Fatal(err)
				}
				next, err := NewBuilder(context.Background(), &Cache{Dir: b.Cache.Dir}, b.Tools)
				if err != nil {
					t.Fatal(err)
				}
				object := unitObject(t, next, spec, "library/prf.c")
				if was, ok := made[state]; ok && !bytes.Equal(was, object) {
					t.Errorf("state %d: not what it was", i)
				}
				made[state] = object
			}
			if bytes.Equal(made[c.a], made[c.b]) {
				t.Error("a change is not seen")
			}
		})
	}
}

// unitObject is the WASM object of one unit.
func unitObject(t *testing.T, b *Builder, spec *Spec, name string) []byte {
	t.Helper()
	tg := b.Tools.wasm(spec.WasmOpt, b.portDir)
	cfg, err := b.configure(context.Background(), spec, tg)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := b.objects(context.Background(), spec, tg, cfg, []unit{{name: name, path: filepath.Join(spec.Source.Dir, name), inCore: true}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(objects[0])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What a compiler reads and no digest covers is refused, with its name.
func TestUnseenReadsAreRefused(t *testing.T) {
	for _, c := range []struct{ name, code, want string }{
		{"a made name", "#define S(x) #x\n#define T(x) S(../x.h)\n#include T(extra)\n", "extra.h, which is neither in its include/ or library"},
		{"assembly", "__asm__(\".incbin \\\"extra.h\\\"\");\n", "the assembly of library/prf.c reads extra.h"},
	} {
		b, spec := stubSpec(t)
		write(t, filepath.Join(spec.Source.Dir, "extra.h"), "#define V 1\n")
		appendTo(t, spec, "library/prf.c", "\n"+c.code)
		tg := b.Tools.wasm(spec.WasmOpt, b.portDir)
		cfg, err := b.configure(context.Background(), spec, tg)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.objects(context.Background(), spec, tg, cfg, []unit{{name: "library/prf.c", path: filepath.Join(spec.Source.Dir, "library/prf.c"), inCore: true}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}
