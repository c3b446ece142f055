package build

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/core"
	"tlslab/core/library"
)

func TestParseDeps(t *testing.T) {
	got, err := parseDeps([]byte("unit: library/a\\ b.c - <stdin> \\\n  include/x.h /usr/include/y\\#1.h z$$.h \\\r\n include/x.h\n"))
	if err != nil || strings.Join(got, "|") != "library/a b.c|include/x.h|/usr/include/y#1.h|z$.h" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := parseDeps([]byte("other: x")); err == nil {
		t.Error("another rule is taken")
	}
}

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
				if spec.Source, err = core.Open("dir", dir, library.All); err != nil {
					t.Fatal(err)
				}
				next, err := NewBuilder(context.Background(), &core.Cache{Dir: b.Cache.Dir}, b.Tools)
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

func unitObject(t *testing.T, b *Builder, spec *core.Spec, name string) []byte {
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
