package wasm

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/emu"
	"tlslab/internal/cache"
)

// A guest with state in a global, in memory and in its stack pointer's watch.
const ticker = `
	global.get $n i32.const 1 i32.add global.set $n
	global.get $sp i32.const 16 i32.sub global.set $sp
	global.get $sp global.get $n i32.store
	i32.const 64 i32.const 64 i64.load global.get $n i64.extend_i32_u i64.mul i64.const 3 i64.add i64.store
	(loop global.get $n i32.const 7 i32.and i32.eqz br_if 0 (br_if 0 (i32.const 0)))
	global.get $sp i32.const 8 i32.add global.set $sp
	i32.const 1`

func TestSnapshot(t *testing.T) {
	module := buildWat(t, guestWat(ticker, "(global $n (mut i32) (i32.const 0))"))
	p := program(t, Compiler, module)
	g := start(t, p, &fakeHost{}, testLimits)
	for range 3 {
		step(t, g)
	}
	s := g.Snapshot()
	type state struct {
		counters emu.Counters
		memory   [32]byte
		ops      uint64
	}
	three := func(g *Guest) state {
		for range 3 {
			step(t, g)
		}
		checkSum(t, g)
		return state{g.Counters(), g.MemoryDigest(), functionOps(g)["step"]}
	}
	want := three(g)
	if err := g.Restore(s); err != nil {
		t.Fatal(err)
	}
	if got := three(g); got != want {
		t.Errorf("the same instance continued to %+v, want %+v", got, want)
	}
	lim := testLimits
	lim.Ops++ // the budget is the guest's own
	other := start(t, p, &fakeHost{}, lim)
	step(t, other)
	if err := other.Restore(s); err != nil {
		t.Fatal(err)
	}
	if got := three(other); got != want {
		t.Errorf("another instance continued to %+v, want %+v", got, want)
	}
}

func TestRestoreRevives(t *testing.T) {
	module := buildWat(t, guestWat(`global.get $n i32.const 1 i32.add global.set $n
		i32.const 6 global.get $n i32.const 2 i32.sub i32.div_u drop i32.const 0`, "(global $n (mut i32) (i32.const 0))"))
	g := start(t, program(t, Compiler, module), &fakeHost{}, testLimits)
	step(t, g)
	s := g.Snapshot()
	if _, err := g.Step(t.Context()); err == nil {
		t.Fatal("no trap")
	}
	if err := g.Restore(s); err != nil {
		t.Fatal(err)
	}
	g.global("tlslab$global0").Set(5)
	step(t, g)
}

// TestCacheDir: code from the disk cache counts as code compiled afresh.
func TestCacheDir(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	m, err := Meter(buildWat(t, guestWat(ticker, "(global $n (mut i32) (i32.const 0))")))
	if err != nil {
		t.Fatal(err)
	}
	var ops [3]uint64
	for i := range ops {
		entries, err := filepath.Glob(filepath.Join(dir, nativesKept, "*", "*"))
		if err != nil || len(entries) != min(i, 1) {
			t.Errorf("entries %q, %v", entries, err)
		}
		if i == 2 { // where its first function begins
			data, err := os.ReadFile(entries[0])
			if err != nil {
				t.Fatal(err)
			}
			data[bytes.IndexByte(data, '\n')+40] ^= 0x10
			if err := os.WriteFile(entries[0], data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var said []string
		e, err := NewEngine(ctx, Compiler, &cache.Store{Dir: dir, Say: func(line string) { said = append(said, line) }})
		if err != nil {
			t.Fatal(err)
		}
		p, err := e.Compile(ctx, m)
		if err != nil {
			t.Fatal(err)
		}
		g := start(t, p, &fakeHost{}, testLimits)
		step(t, g)
		ops[i] = g.Counters().Ops
		if told := len(said) == 1 && strings.HasPrefix(said[0], "the cached wazero ") && strings.HasSuffix(said[0], " is damaged (it is not what was written); it is made again"); told != (i == 2) || !told && len(said) > 0 {
			t.Errorf("engine %d: said %q", i, said)
		}
		if err := e.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if ops[0] == 0 || ops[0] != ops[1] || ops[0] != ops[2] {
		t.Errorf("%d ops, from the cache %d, from a damaged one %d", ops[0], ops[1], ops[2])
	}
	if _, err := NewEngine(ctx, Compiler, &cache.Store{Dir: "/dev/null/x"}); err == nil {
		t.Error("a bad cache directory was taken")
	}
}

func TestRestoreErrors(t *testing.T) {
	p := program(t, Compiler, buildWat(t, guestWat("i32.const 1")))
	g := start(t, p, &fakeHost{}, testLimits)
	lim := testLimits
	lim.HeapBytes++
	if err := start(t, p, &fakeHost{}, lim).Restore(g.Snapshot()); err == nil {
		t.Error("a snapshot of another size was taken")
	}
	q := program(t, Compiler, buildWat(t, guestWat("i32.const 0")))
	if err := start(t, q, &fakeHost{}, testLimits).Restore(g.Snapshot()); err == nil {
		t.Error("a snapshot of another program was taken")
	}
}
