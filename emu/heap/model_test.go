package heap

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readTrace reads a recorded trace: a line "+ BLOCK BYTES" an allocation, a
// line "- BLOCK" a release.
func readTrace(t *testing.T, path string) Trace {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var trace Trace
	asked := map[uint32]uint32{}
	for line := range strings.Lines(string(data)) {
		var e Event
		if _, err := fmt.Sscanf(line, "+ %d %d", &e.Block, &e.AskedB); err == nil {
			e.Alloc = true
			asked[e.Block] = e.AskedB
		} else if _, err := fmt.Sscanf(line, "- %d", &e.Block); err != nil {
			t.Fatalf("%s: %q", path, line)
		}
		e.AskedB = asked[e.Block]
		trace = append(trace, e)
	}
	return trace
}

// traces are those the models and the real allocators are compared on: the
// allocations of an RSA handshake, and three at random.
func traces(t *testing.T) []Trace {
	t.Helper()
	return []Trace{readTrace(t, filepath.Join("testdata", "rsa.trace")), randomTrace(1, 20_000), randomTrace(2, 2_000), randomTrace(3, 300)}
}

// fits keeps what smallest found, by model, length and first size of the trace.
var fits = map[[3]any]*Fit{}

// smallest is Smallest, once for each model and trace.
func smallest(t *testing.T, m *Model, trace Trace) *Fit {
	t.Helper()
	key := [3]any{m.Name, len(trace), trace[0].AskedB}
	if fits[key] == nil {
		f, err := Smallest(m, trace)
		if err != nil {
			t.Fatal(err)
		}
		fits[key] = f
	}
	return fits[key]
}

// arenas are sizes that are large enough, just enough, and too small.
func arenas(t *testing.T, m *Model, trace Trace) []uint32 {
	t.Helper()
	fit := smallest(t, m, trace)
	return []uint32{fit.MinB, fit.MinB - m.StepB, fit.MinB + 4096, fit.MinB / 2, 300_000}
}

// digest sums up where each allocation lies; the last is -1 when there
// was no room.
func digest(all [][]int64) string {
	h := sha256.New()
	for _, at := range all {
		binary.Write(h, binary.LittleEndian, at)
		binary.Write(h, binary.LittleEndian, int64(-2))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// allocations are the addresses of the allocations alone.
func allocations(m *Model, trace Trace, arenaB uint32) []int64 {
	var out []int64
	for i, at := range addresses(m, trace, arenaB) {
		if trace[i].Alloc {
			out = append(out, at)
		}
	}
	return out
}

// realAddresses are digests of the addresses that the real allocators gave for
// traces in arenas, compiled from the files that the models name as their
// source for a Cortex-M3 and run on QEMU's mps2-an385 (zephyr: a hand-made copy
// of its functions, without locks, statistics and listeners; freertos: heap_4
// and heap_5 gave the same). oracle_test.go runs those that are at hand again.
var realAddresses = map[string]string{
	"freertos":     "2bf1ded07399fe34",
	"rtthread3":    "54fd0b7326cb9185",
	"rtthread5":    "74c78e09fadc1cd5",
	"newlib-nano3": "3cbd1961d4ea8988",
	"newlib-nano4": "941ad8b8919060cd",
	"picolibc":     "fe5e4d0b3372277c",
	"tlsf":         "f0d8131ce36fc18b",
	"mbedtls":      "6d5c2266e1135547",
	"zephyr":       "3537ad538350411d",
}

// TestRealAddresses: every model puts every block where the allocator did, and
// fails where it failed.
func TestRealAddresses(t *testing.T) {
	for _, m := range Models[1:] {
		var all [][]int64
		for _, trace := range traces(t) {
			for _, arenaB := range arenas(t, m, trace) {
				all = append(all, allocations(m, trace, arenaB))
			}
		}
		if got := digest(all); got != realAddresses[m.Name] {
			t.Errorf("%s: addresses %s, the allocator's are %s", m.Name, got, realAddresses[m.Name])
		}
	}
}

// addresses returns where a model puts each event's block, as an offset from the arena's
// start: the allocated block, or the block that is released. -1 means no block. The list
// ends with -1 at an allocation that finds no room.
func addresses(m *Model, t Trace, arenaB uint32) []int64 {
	p := newPlayer(m, t, arenaB)
	if p == nil {
		return nil
	}
	var out []int64
	address := func(b uint32) int64 {
		if c := p.held[b]; c != nil {
			return int64(p.arena.data(c))
		}
		return -1
	}
	for _, e := range t {
		at := address(e.Block)
		ok := p.step(e)
		if e.Alloc {
			at = address(e.Block)
		}
		out = append(out, at)
		if !ok {
			break
		}
	}
	return out
}
