package wasm

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"tlslab/emu"
	"tlslab/internal/testutil"
)

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(testutil.Path(t, name), args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

var built sync.Map // what was built, to its bytes

// buildC compiles testdata/name.c to a guest of two pages with 4 KiB of stack.
func buildC(t testing.TB, name string, flags ...string) []byte {
	t.Helper()
	key := name + strings.Join(flags, " ")
	if b, ok := built.Load(key); ok {
		return b.([]byte)
	}
	dir := t.TempDir()
	obj, out := filepath.Join(dir, "guest.o"), filepath.Join(dir, "guest.wasm")
	args := []string{"--target=wasm32-unknown-unknown", "-mcpu=mvp", "-O2", "-ffreestanding",
		"-fno-builtin", "-Wall", "-Werror", "-c", "testdata/" + name + ".c", "-o", obj}
	run(t, "clang", append(args, flags...)...)
	run(t, "wasm-ld", "--no-entry", "--stack-first", "-z", "stack-size=4096",
		"--initial-memory="+strconv.Itoa(2*pageBytes), "--max-memory="+strconv.Itoa(2*pageBytes),
		"--export=__heap_base", "--export=__stack_pointer", "--export-if-defined=tlslab_heap_live",
		"--no-check-features", obj, "-o", out)
	return keep(t, key, out)
}

// buildWat assembles text. Features beyond the MVP are allowed: refusing them
// is what some tests are about.
func buildWat(t testing.TB, text string) []byte {
	t.Helper()
	if b, ok := built.Load(text); ok {
		return b.([]byte)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "guest.wat"), filepath.Join(dir, "guest.wasm")
	if err := os.WriteFile(in, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, "wat2wasm", "--enable-all", "--debug-names", "--no-check", in, "-o", out)
	return keep(t, text, out)
}

func keep(t testing.TB, key, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	built.Store(key, b)
	return b
}

// guestWat wraps a step body and extra fields into a whole guest. 1,024 bytes
// of stack and static data, two pages.
func guestWat(step string, fields ...string) string {
	return `(module ` + strings.Join(fields, "\n") + `
	(memory (export "memory") 2 2)
	(global $sp (export "__stack_pointer") (mut i32) (i32.const 1024))
	(global (export "__heap_base") i32 (i32.const 1024))
	(func $boot (export "tlslab_boot") (param i32))
	(func $step (export "tlslab_step") (result i32) ` + step + `))`
}

// fakeHost answers every host call simply and keeps what it was told.
type fakeHost struct {
	logs   []string
	events []emu.EventKind
	onSend func()
	refuse error // what Event returns
}

func (h *fakeHost) Entropy(p []byte) error {
	for i := range p {
		p[i] = byte(i)
	}
	return nil
}
func (h *fakeHost) MonotonicUS() int64 { return 1_000_000_007 }
func (h *fakeHost) RTCSeconds() int64  { return 1_700_000_000 }
func (h *fakeHost) Send(p []byte) int {
	if h.onSend != nil {
		h.onSend()
	}
	return len(p)
}
func (h *fakeHost) Recv(p []byte, timeoutMS uint32) int { return emu.RecvWouldBlock }
func (h *fakeHost) Event(kind emu.EventKind, payload []byte) error {
	h.events = append(h.events, kind)
	return h.refuse
}
func (h *fakeHost) Log(level int, text string) { h.logs = append(h.logs, text) }

var testLimits = emu.Limits{HeapBytes: 4096, Ops: 1 << 40, LogBytes: 100, Events: 10, HostBytes: 1 << 20}

var engines sync.Map

// engine returns one engine of a kind for all tests.
func engine(t testing.TB, kind Kind) *Engine {
	t.Helper()
	if e, ok := engines.Load(kind); ok {
		return e.(*Engine)
	}
	e, err := NewEngine(context.Background(), kind, nil)
	if err != nil {
		t.Fatal(err)
	}
	if old, ok := engines.LoadOrStore(kind, e); ok {
		e.Close(context.Background())
		e = old.(*Engine)
	}
	return e
}

func program(t testing.TB, kind Kind, module []byte) *Program {
	t.Helper()
	m, err := Meter(module)
	if err != nil {
		t.Fatal(err)
	}
	p, err := engine(t, kind).Compile(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(context.Background()) })
	return p
}

func start(t testing.TB, p *Program, host emu.Host, lim emu.Limits) *Guest {
	t.Helper()
	g, err := p.Start(context.Background(), host, lim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close(context.Background()) })
	return g
}

func step(t testing.TB, g *Guest) emu.Status {
	t.Helper()
	s, err := g.Step(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var bothKinds = []Kind{Compiler, Interpreter}

// kernels are the C guests with flags that keep an interpreted run short.
var kernels = []struct {
	name  string
	flags []string
}{
	{"sha256", []string{"-DROUNDS=20"}},
	{"modexp", []string{"-DLIMBS=4"}},
	{"p256", []string{"-DROUNDS=10"}},
	{"calls", nil},
}
