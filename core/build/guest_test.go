package build

import (
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// guest is a module of port files under wazero, to be called from Go. Its
// host answers simply.
type guest struct {
	t       testing.TB
	mod     api.Module
	events  [][]byte // kind as one byte, then the payload
	logs    []string
	exited  []int32
	scratch uint32 // first byte of memory that C does not use
}

const guestRTC = 1_700_000_000

// newGuest instantiates a module; its memory is the test's own from 64 KiB on
// when it comes from portModule.
func newGuest(t testing.TB, module []byte) *guest {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	t.Cleanup(func() { r.Close(ctx) })
	g := &guest{t: t, scratch: 64 << 10}
	host := r.NewHostModuleBuilder("tlslab")
	export := func(name string, f any) { host.NewFunctionBuilder().WithFunc(f).Export(name) }
	export("host_entropy", func(_ context.Context, m api.Module, p, n uint32) int32 { return 0 })
	export("host_monotonic_us", func() int64 { return 0 })
	export("host_rtc_s", func() int64 { return guestRTC })
	export("host_send", func(p, n uint32) int32 { return int32(n) })
	export("host_recv", func(p, n, timeout uint32) int32 { return -1 })
	export("host_event", func(_ context.Context, m api.Module, kind, p, n uint32) {
		b, _ := m.Memory().Read(p, n)
		g.events = append(g.events, append([]byte{byte(kind)}, b...))
	})
	export("host_log", func(_ context.Context, m api.Module, level, p, n uint32) {
		b, _ := m.Memory().Read(p, n)
		g.logs = append(g.logs, string(b))
	})
	export("host_exit", func(code int32) {
		g.exited = append(g.exited, code)
		panic("exit")
	})
	if _, err := host.Instantiate(ctx); err != nil {
		t.Fatal(err)
	}
	mod, err := r.Instantiate(ctx, module)
	if err != nil {
		t.Fatal(err)
	}
	g.mod = mod
	return g
}

// call returns the function's result, 0 when it has none.
func (g *guest) call(name string, args ...uint64) uint64 {
	g.t.Helper()
	res, err := g.mod.ExportedFunction(name).Call(context.Background(), args...)
	if err != nil {
		g.t.Fatalf("%s%d: %v", name, args, err)
	}
	if len(res) == 0 {
		return 0
	}
	return res[0]
}

// mem is n bytes of memory, to be read and written in place.
func (g *guest) mem(p, n uint32) []byte {
	g.t.Helper()
	b, ok := g.mod.Memory().Read(p, n)
	if !ok {
		g.t.Fatalf("%d bytes at %d are outside memory", n, p)
	}
	return b
}

// words reads an exported variable.
func (g *guest) words(name string, n uint32) []uint32 {
	g.t.Helper()
	b := g.mem(uint32(g.mod.ExportedGlobal(name).Get()), 4*n)
	w := make([]uint32, n)
	for i := range w {
		w[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return w
}

var builtPort []byte

// portModule is arena.c and libc/ with every function exported, compiled as
// guests are: 8 MiB of memory, of which C uses the first 64 KiB.
func portModule(t testing.TB) []byte {
	t.Helper()
	needTools(t)
	if builtPort != nil {
		return builtPort
	}
	dir := t.TempDir()
	tg := (&Toolchain{}).wasm("-O2", "../port")
	var objects []string
	for _, f := range []string{"arena.c", "libc/string.c", "libc/format.c", "libc/misc.c"} {
		obj := filepath.Join(dir, strings.ReplaceAll(f, "/", "_")+".o")
		args := append(append(append([]string{}, tg.flags...), tg.sys...), "-DTLSLAB_DEBUG", "-I../port", "-c", "../port/"+f, "-o", obj)
		if strings.HasPrefix(f, "libc/") {
			args = append(args, tg.libcFlags()...)
		}
		command(t, "clang", args...)
		objects = append(objects, obj)
	}
	out := filepath.Join(dir, "port.wasm")
	args := []string{"-o", out, "--no-entry", "--stack-first", "-z", "stack-size=16384", "--initial-memory=8388608", "--max-memory=8388608"}
	for _, name := range strings.Fields("arena tlslab_heap_live arena_init arena_new_phase malloc calloc realloc free " +
		"memcpy memmove memset memcmp memchr strlen strcmp strncmp strchr strstr strcpy strncpy snprintf vsnprintf printf puts putchar time gmtime gmtime_r exit abort rand") {
		args = append(args, "--export="+name)
	}
	command(t, "wasm-ld", append(args, objects...)...)
	var err error
	if builtPort, err = os.ReadFile(out); err != nil {
		t.Fatal(err)
	}
	return builtPort
}

func command(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}
