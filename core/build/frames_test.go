package build

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/core/image"
	"tlslab/internal/cache"
	"tlslab/internal/isa/thumb"
)

func TestFramesSay(t *testing.T) {
	b := realBuilder(t)
	spec := specOf(t, optimised, "psk-aes128-ccm8")
	memory := func(origin uint64) boards.Region {
		return boards.Region{Name: "M", Origin: origin, LengthBytes: 4 << 20}
	}
	spec.Firmware = &core.Target{Code: memory(0), Data: memory(0x20000000), Link: "semihost"}
	img := build(t, b, spec)
	if again := build(t, b, spec); !reflect.DeepEqual(img.Frames, again.Frames) {
		t.Error("the cached image has other frames")
	}
	p, err := thumb.Load(img.Firmware)
	if err != nil {
		t.Fatal(err)
	}
	arm := b.Tools.arm(spec, b.portDir)
	cfg, err := b.configure(context.Background(), spec, arm)
	if err != nil {
		t.Fatal(err)
	}
	units, err := b.units(spec)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := b.objects(context.Background(), spec, arm, cfg, units)
	if err != nil {
		t.Fatal(err)
	}
	said, err := b.framesOf(objects)
	if err != nil {
		t.Fatal(err)
	}
	agree := 0
	variadic := []string{"snprintf", "printf", "mbedtls_debug_print_msg"} // gcc leaves out what they push
	for _, fn := range p.Functions {
		f, ok := img.Frames[fn.Name]
		if !ok {
			t.Errorf("%s has no frame", fn.Name)
		}
		use := p.Use(fn)
		s, ok := said[fn.Name]
		switch {
		case !ok || !use.Known:
		case s.Bytes == use.Bytes:
			agree++
		case !slices.Contains(variadic, fn.Name) || f.Bytes != use.Bytes:
			t.Errorf("%s: %d B by the compiler, %d B by the code, %d B taken", fn.Name, s.Bytes, use.Bytes, f.Bytes)
		}
	}
	if agree < 300 {
		t.Errorf("compiler and code agree on %d functions of %d only", agree, len(p.Functions))
	}
	if bytes, ok, why := image.Bound(img.Frames, "mbedtls_sha256_update_ret"); !ok || bytes < 100 || bytes > 1000 {
		t.Errorf("mbedtls_sha256_update_ret: %d B, %s", bytes, why)
	}
	if _, ok, why := image.Bound(img.Frames, "tlslab_step"); ok || !strings.Contains(why, "calls through a pointer") {
		t.Errorf("tlslab_step: %v, %s", ok, why)
	}
	bounds := image.Bounds(img.Frames)
	t.Logf("%d functions, gcc and the code agree on %d; %d have a bound", len(p.Functions), agree, len(bounds))
	for name := range img.Frames {
		bytes, ok, _ := image.Bound(img.Frames, name)
		if all, has := bounds[name]; ok != has || bytes != all {
			t.Errorf("%s: %d B, %v alone, %d B, %v with all others", name, bytes, ok, all, has)
		}
	}
}

func TestCallgraphIsKept(t *testing.T) {
	shared := realBuilder(t)
	b, err := NewBuilder(context.Background(), &core.Cache{Dir: t.TempDir()}, shared.Tools)
	if err != nil {
		t.Fatal(err)
	}
	var made []string
	b.compiled = func(target, unit string) { made = append(made, target+" "+unit) }
	b.slots = make(chan struct{}, 1)
	spec := specOf(t, optimised, rsa)
	for _, tt := range []target{b.Tools.arm(spec, b.portDir), b.Tools.wasm("-O2", b.portDir)} {
		made = nil
		cfg, err := b.configure(context.Background(), spec, tt)
		if err != nil {
			t.Fatal(err)
		}
		compile := func() string {
			t.Helper()
			objects, err := b.objects(context.Background(), spec, tt, cfg, b.portUnits()[:1])
			if err != nil {
				t.Fatal(err)
			}
			key, _ := cache.Entry(objects[0])
			return key
		}
		key := compile()
		graph, has := b.Cache.File("callgraph", key)
		if arm := tt.name == "arm"; has != arm {
			t.Errorf("%s: call graph: %v", tt.name, has)
		}
		if compile(); len(made) != 1 {
			t.Errorf("%s: compiled %q", tt.name, made)
		}
		if os.Remove(graph); has {
			if compile(); len(made) != 2 {
				t.Errorf("%s: compiled %q after its call graph was lost", tt.name, made)
			}
		}
	}
	left, err := filepath.Glob(filepath.Join(b.Cache.Dir, "object", "*", ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left in the cache: %q, %v", left, err)
	}
}

func TestCallgraphChangesNoCode(t *testing.T) {
	needTools(t)
	dir := t.TempDir()
	var objects [2][]byte
	for i, more := range [][]string{nil, target{name: "arm"}.frameFlags()} {
		out := filepath.Join(dir, "object")
		args := append(armFlags("cortex-m4", "", "soft", "-O2"), more...)
		args = append(args, "-I", "../port", "-isystem", "../port/include", "-c", "-o", out, "../port/libc/format.c")
		if text, err := exec.Command("arm-none-eabi-gcc", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		var err error
		if objects[i], err = os.ReadFile(out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(objects[0], objects[1]) {
		t.Error("the object is another one")
	}
}

// A function's digest is of what it executes: the same in another object, with
// other callees and other data at other places, another where an instruction or a
// constant differs.
func TestCodeDigests(t *testing.T) {
	needTools(t)
	const text = `extern int CALLED(int), TABLE[];
int f(int n) { return CALLED(n) + TABLE[n] * 1234567; }
static int g(int n) { return CALLED(n) / 3; }
int (*const pointer)(int) = g;
`
	digests := func(prefix, source string, flags ...string) map[string]string {
		t.Helper()
		dir := t.TempDir()
		path, out := filepath.Join(dir, "a.c"), filepath.Join(dir, "a.o")
		if err := os.WriteFile(path, []byte(prefix+source), 0o600); err != nil {
			t.Fatal(err)
		}
		args := append(append(armFlags("cortex-m4", "", "soft", "-O2"), flags...), "-c", "-o", out, path)
		if words, err := exec.Command("arm-none-eabi-gcc", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, words)
		}
		object, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		d, err := image.CodeDigests(object)
		if err != nil || len(d["f"]) == 0 || len(d["g"]) == 0 {
			t.Fatalf("%v, %v", d, err)
		}
		return d
	}
	names := []string{"-DCALLED=one", "-DTABLE=first"}
	base := digests("", text, names...)
	for _, c := range []struct {
		name, prefix, source string
		flags                []string
		same                 bool
	}{
		{"other callees and data", "", text, []string{"-DCALLED=another", "-DTABLE=second"}, true},
		{"not at its section's beginning", "int before(int n) { return n + 3; }\n", text, append(names, "-fno-function-sections", "-fno-reorder-functions"), true},
		{"other instructions", "", text, append(names, "-mcpu=cortex-m0"), false},
		{"another constant", "", strings.Replace(text, "1234567", "1234568", 1), names, false},
	} {
		d := digests(c.prefix, c.source, c.flags...)
		if same := d["f"] == base["f"]; same != c.same {
			t.Errorf("%s: the same digest: %v", c.name, same)
		}
		if c.same && d["g"] != base["g"] {
			t.Errorf("%s: g has another digest", c.name)
		}
	}
	if _, err := image.CodeDigests([]byte("no object")); err == nil {
		t.Error("what is no object has digests")
	}
}
