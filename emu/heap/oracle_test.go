package heap

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tlslab/core"
	"tlslab/core/library"
	"tlslab/internal/testutil"
)

// randomTrace is a seeded trace: sizes from a few bytes to some hundred, with
// a large one now and then, as a handshake has them.
func randomTrace(seed uint64, events int) Trace {
	r := rand.New(rand.NewPCG(seed, 1))
	var t Trace
	var live []Event
	blocks := uint32(0)
	for len(t) < events {
		if n := len(live); n > 0 && (n > 150 || r.IntN(100) < 45) {
			i := r.IntN(n)
			if r.IntN(2) == 0 {
				i = n - 1 // most blocks go soon
			}
			e := live[i]
			e.Alloc = false
			t = append(t, e)
			live = append(live[:i], live[i+1:]...)
			continue
		}
		asked := 1 + r.Uint32N(64)
		switch r.IntN(20) {
		case 0:
			asked = r.Uint32N(3000)
		case 1, 2, 3:
			asked = r.Uint32N(500)
		}
		e := Event{Alloc: true, Block: blocks, AskedB: asked}
		blocks++
		t = append(t, e)
		live = append(live, e)
	}
	return t
}

// oracle runs a trace on a real allocator and returns each allocation's
// address in the arena, -1 for none.
func oracle(t *testing.T, trace Trace, arenaB uint32, flags ...string) []int64 {
	t.Helper()
	testutil.Need(t, "arm-none-eabi-gcc", "qemu-system-arm")
	ctx, cancel := context.WithTimeout(context.Background(), testutil.Patience)
	defer cancel()
	dir := t.TempDir()
	var data bytes.Buffer
	for _, e := range trace {
		what := 2 * e.Block
		if e.Alloc {
			what++
		}
		binary.Write(&data, binary.LittleEndian, [2]uint32{what, e.AskedB})
	}
	if err := os.WriteFile(filepath.Join(dir, "trace.bin"), data.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs(filepath.Join("testdata", "oracle"))
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-mcpu=cortex-m3", "-mthumb", "-O1", "-ffunction-sections", "-Wl,--gc-sections", "-Wall", "-Wextra", "-Werror", "--specs=nano.specs", "-nostartfiles",
		"-T", filepath.Join(here, "oracle.ld"), "-I", here, "-I", dir, "-Wa,-I" + dir, fmt.Sprintf("-DORACLE_ARENA_B=%du", arenaB),
		"-o", "oracle.elf", filepath.Join(here, "oracle.c")}, flags...)
	run := func(name string, args ...string) []byte {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return out
	}
	run("arm-none-eabi-gcc", args...)
	out := run("qemu-system-arm", "-M", "mps2-an385", "-nodefaults", "-display", "none", "-monitor", "none", "-serial", "none",
		"-semihosting-config", "enable=on,target=native", "-kernel", "oracle.elf")
	var at []int64
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "qemu-system-arm: warning: ") {
			continue // of a network card that is not used
		}
		n, err := strconv.ParseUint(line, 16, 32)
		if err != nil {
			t.Fatalf("oracle printed %q", out)
		}
		if n == 0xffffffff {
			at = append(at, -1)
		} else {
			at = append(at, int64(n))
		}
	}
	return at
}

// same compares a model with an oracle, allocation by allocation, and returns
// the digest of the oracle's addresses.
func same(t *testing.T, m *Model, flags ...string) string {
	t.Helper()
	var all [][]int64
	for _, trace := range traces(t) {
		for _, arenaB := range arenas(t, m, trace) {
			want, got := oracle(t, trace, arenaB, flags...), allocations(m, trace, arenaB)
			for i := range min(len(want), len(got)) {
				if got[i] != want[i] {
					t.Fatalf("%s, arena of %d: the model puts allocation %d at %d, the allocator at %d", m.Name, arenaB, i, got[i], want[i])
				}
			}
			if len(got) != len(want) {
				t.Fatalf("%s, arena of %d: the model stops after %d allocations, the allocator after %d", m.Name, arenaB, len(got), len(want))
			}
			all = append(all, want)
		}
	}
	return digest(all)
}

// TestLab: the arena every guest here runs on.
func TestLab(t *testing.T) {
	port, err := filepath.Abs(filepath.Join("..", "..", "core", "port"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, labArena, source(t, "lab.c"), filepath.Join(port, "arena.c"), "-I", port, "-fno-builtin", "-Wno-alloc-size-larger-than")
}

// TestNewlib: newlib-nano's malloc as the toolchain has it.
func TestNewlib(t *testing.T) {
	testutil.Need(t, "arm-none-eabi-gcc")
	if got := same(t, newlibNano3, source(t, "newlib.c")); got != realAddresses[newlibNano3.Name] {
		t.Errorf("addresses %s, want %s", got, realAddresses[newlibNano3.Name])
	}
	// The next version differs from it.
	trace := randomTrace(1, 2_000)
	if slices.Equal(allocations(newlibNano4, trace, 1<<16), oracle(t, trace, 1<<16, source(t, "newlib.c"))) {
		t.Error("newlib-nano4 puts every block where the toolchain's newlib-nano does")
	}
}

// TestMbedTLS: memory_buffer_alloc.c of the pinned source.
func TestMbedTLS(t *testing.T) {
	testutil.Need(t, "arm-none-eabi-gcc")
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	src, err := library.Resolve(context.Background(), "mbedtls-2.28", &core.Cache{Dir: filepath.Join(dir, "tlslab")}, func(string) {})
	if err != nil {
		testutil.Missing(t, err)
	}
	got := same(t, mbedTLS, source(t, "mbedtls.c"), filepath.Join(src.Dir, "library", "memory_buffer_alloc.c"),
		"-I", filepath.Join(src.Dir, "include"), "-I", filepath.Join(src.Dir, "library"), `-DMBEDTLS_CONFIG_FILE="mbedtls_config.h"`)
	if got != realAddresses[mbedTLS.Name] {
		t.Errorf("addresses %s, want %s", got, realAddresses[mbedTLS.Name])
	}
}

// source is a file of testdata/oracle, from any directory.
func source(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", "oracle", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
