package core

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
	"tlslab/internal/cache"
	"tlslab/internal/isa/thumb"
)

const graphText = `graph: { title: "<stdin>"
node: { title: "<stdin>:con.constprop.0" label: "con.constprop\n<stdin>:16:38\n16 bytes (static)" }
node: { title: "g" label: "g\n<stdin>:3:12" shape : ellipse }
edge: { sourcename: "<stdin>:con.constprop.0" targetname: "g" label: "<stdin>:16:68" }
edge: { sourcename: "<stdin>:con.constprop.0" targetname: "g" label: "<stdin>:16:73" }
node: { title: "h" label: "h\n<stdin>:5:5\n8 bytes (dynamic)" }
node: { title: "__indirect_call" label: "Indirect Call Placeholder" shape : ellipse }
edge: { sourcename: "h" targetname: "__indirect_call" label: "<stdin>:5:36" }
edge: { sourcename: "h" targetname: "<stdin>:con.constprop.0" label: "<stdin>:5:41" }
node: { title: "cp" label: "cp\n<stdin>:13:29\n312 bytes (dynamic,bounded)" }
node: { title: "memcpy" label: "__builtin_memcpy\n<built-in>" shape : ellipse }
edge: { sourcename: "cp" targetname: "memcpy" }
}
`

func TestParseCallgraph(t *testing.T) {
	got, err := parseCallgraph([]byte(graphText))
	want := map[string]Frame{
		"con.constprop.0": {Bytes: 16, Calls: []string{"g"}},
		"h":               {Bytes: 8, Dynamic: true, Indirect: true, Calls: []string{"con.constprop.0"}},
		"cp":              {Bytes: 312, Calls: []string{"memcpy"}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
	if got, err := parseCallgraph([]byte("graph: { title: \"<stdin>\"\n}\n")); err != nil || len(got) != 0 {
		t.Errorf("no functions: %v, %v", got, err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "call graph:0: ends too early"},
		{"something else", "hello\n", `call graph:1: "hello": not its beginning`},
		{"cut short", strings.TrimSuffix(graphText, "}\n"), "call graph:12: ends too early"},
		{"more", graphText + "x", "call graph:14: more after its end"},
		{"no stack", "graph: {\nnode: { title: \"f\" label: \"f\\n<stdin>:1:1\" }\n}\n", "does not say what it takes of the stack"},
		{"too much", "graph: {\nnode: { title: \"f\" label: \"f\\n99999999999 bytes (static)\" }\n}\n", "value out of range"},
		{"another word", "graph: {\nnode: { title: \"f\" label: \"f\\n8 bytes (elastic)\" }\n}\n", "does not say"},
		{"edge from nowhere", "graph: {\nedge: { sourcename: \"f\" targetname: \"g\" }\n}\n", "no node f before it"},
		{"neither", "graph: {\nnode: { }\n}\n", "neither node nor edge"},
	} {
		if _, err := parseCallgraph([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func FuzzParseCallgraph(f *testing.F) {
	f.Add([]byte(graphText))
	f.Add([]byte("graph: {\n}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		frames, err := parseCallgraph(text)
		if (err == nil) != (frames != nil) {
			t.Fatalf("%v, %v", frames, err)
		}
		for name, f := range frames {
			if name == indirectCall || !slices.IsSorted(f.Calls) {
				t.Errorf("%s: %+v", name, f)
			}
			Bound(frames, name)
		}
	})
}

// TestFramesSay: every function of a firmware has a frame; what gcc says and
// what the linked code does agree to the byte; the cache keeps both.
func TestFramesSay(t *testing.T) {
	b := realBuilder(t)
	spec := specOf(t, optimised, "psk-aes128-ccm8")
	memory := func(origin uint64) boards.Region {
		return boards.Region{Name: "M", Origin: origin, LengthBytes: 4 << 20}
	}
	spec.Firmware = &Target{Code: memory(0), Data: memory(0x20000000), Link: "semihost"}
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
	said, err := b.said(objects)
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
	if bytes, ok, why := Bound(img.Frames, "mbedtls_sha256_update_ret"); !ok || bytes < 100 || bytes > 1000 {
		t.Errorf("mbedtls_sha256_update_ret: %d B, %s", bytes, why)
	}
	if _, ok, why := Bound(img.Frames, "tlslab_step"); ok || !strings.Contains(why, "calls through a pointer") {
		t.Errorf("tlslab_step: %v, %s", ok, why)
	}
	bounds := Bounds(img.Frames)
	t.Logf("%d functions, gcc and the code agree on %d; %d have a bound", len(p.Functions), agree, len(bounds))
	for name := range img.Frames {
		bytes, ok, _ := Bound(img.Frames, name)
		if all, has := bounds[name]; ok != has || bytes != all {
			t.Errorf("%s: %d B, %v alone, %d B, %v with all others", name, bytes, ok, all, has)
		}
	}
}

// An object whose call graph is gone is compiled again; a WASM object has none.
func TestCallgraphIsKept(t *testing.T) {
	shared := realBuilder(t)
	b, err := NewBuilder(context.Background(), &Cache{Dir: t.TempDir()}, shared.Tools)
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

// What the compiler says changes nothing of what it compiles.
func TestCallgraphChangesNoCode(t *testing.T) {
	needTools(t)
	dir := t.TempDir()
	var objects [2][]byte
	for i, more := range [][]string{nil, target{name: "arm"}.frameFlags()} {
		out := filepath.Join(dir, "object")
		args := append(armFlags("cortex-m4", "", "soft", "-O2"), more...)
		args = append(args, "-I", "port", "-isystem", "port/include", "-c", "-o", out, "port/libc/format.c")
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
