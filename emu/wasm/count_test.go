package wasm

import (
	"bufio"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/emu"
	"tlslab/internal/testutil"
)

func total(ops map[string]uint64) (n uint64) {
	for _, v := range ops {
		n += v
	}
	return n
}

// checkSum holds the sum over functions against the total.
func checkSum(t *testing.T, g *Guest) {
	t.Helper()
	if sum, ops := total(functionOps(g)), g.Counters().Ops; sum != ops {
		t.Errorf("functions add up to %d ops, the total is %d", sum, ops)
	}
}

// TestAgree runs every kernel in both engines: counts, counts per function
// and memory must be the same.
func TestAgree(t *testing.T) {
	for _, k := range kernels {
		t.Run(k.name, func(t *testing.T) {
			var counters [2]emu.Counters
			var functions [2]map[string]uint64
			var digests [2][32]byte
			for _, kind := range bothKinds {
				g := start(t, program(t, kind, buildC(t, k.name, k.flags...)), &fakeHost{}, testLimits)
				if s := step(t, g); s != emu.Done {
					t.Fatalf("status %d", s)
				}
				checkSum(t, g)
				counters[kind], functions[kind], digests[kind] = g.Counters(), functionOps(g), g.MemoryDigest()
			}
			if counters[0] != counters[1] {
				t.Errorf("compiler %+v, interpreter %+v", counters[0], counters[1])
			}
			if !maps.Equal(functions[0], functions[1]) {
				t.Errorf("compiler %v, interpreter %v", functions[0], functions[1])
			}
			if digests[0] != digests[1] {
				t.Error("memory differs")
			}
		})
	}
}

// TestOracle compares with wabt's interpreter running the module as it was
// before metering. wabt executes its own lowering: drop, return and br become
// drops, allocations and jumps, and br_if becomes br_unless over a br where
// values have to be kept. All other opcodes must agree one by one, and so must
// br_if. What remains, taken from the reference interpreter, must close the
// sum.
func TestOracle(t *testing.T) {
	interp := testutil.Path(t, "wasm-interp")
	for _, k := range kernels {
		t.Run(k.name, func(t *testing.T) {
			module := buildC(t, k.name, k.flags...)
			g := start(t, program(t, Compiler, module), &fakeHost{}, testLimits)
			booted := g.Counters().Ops
			step(t, g)
			ops := g.Counters().Ops - booted

			ref := newReference(t, module)
			ref.call("tlslab_step")
			if ref.total() != ops {
				t.Errorf("metered %d ops, the reference interpreter counts %d", ops, ref.total())
			}
			own := functionOps(g)
			for i, n := range ref.self {
				if name := ref.m.functionName(i); name != "tlslab_boot" && own[name] != n {
					t.Errorf("%s: %d ops, the reference interpreter counts %d", name, own[name], n)
				}
			}
			wabt := traceCounts(t, interp, module)
			lowered := map[string]bool{"br": true, "return": true, "drop": true, "br_if": true, "if": true,
				"nop": true}
			var known uint64
			for op, n := range ref.count {
				name := opcode(op).String()
				if n == 0 || lowered[name] || opcode(op).weight() == 0 {
					continue
				}
				if wabt[name] != n {
					t.Errorf("%s: %d, wabt executed %d", name, n, wabt[name])
				}
				known += n
			}
			for name, n := range wabt {
				if !lowered[name] && opcodeNamed(name) != nil && ref.count[*opcodeNamed(name)] == 0 {
					t.Errorf("%s: 0, wabt executed %d", name, n)
				}
			}
			// br_if and if both become br_unless, one for one.
			if mine := ref.count[opBrIf] + ref.count[opIf]; mine != wabt["br_unless"]+wabt["br_if"] {
				t.Errorf("br_if + if: %d, wabt executed %d br_unless and %d br_if", mine, wabt["br_unless"], wabt["br_if"])
			}
			t.Logf("%d ops, %d of them held against wabt opcode by opcode", ops, known+ref.count[opBrIf]+ref.count[opIf])
		})
	}
}

func opcodeNamed(name string) *opcode {
	for i, s := range opNames {
		if s == name {
			op := opcode(i)
			return &op
		}
	}
	return nil
}

// traceCounts runs the exports without parameters and counts opcodes by name.
// A line reads "#0.  352: V:3  | i32.add 1, 2".
func traceCounts(t *testing.T, interp string, module []byte) map[string]uint64 {
	t.Helper()
	path := filepath.Join(t.TempDir(), "guest.wasm")
	if err := os.WriteFile(path, module, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), interp, path, "--run-all-exports", "--trace")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	counts := map[string]uint64{}
	for sc := bufio.NewScanner(out); sc.Scan(); {
		_, rest, ok := strings.Cut(sc.Text(), "| ")
		if !ok || !strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		name, _, _ := strings.Cut(rest, " ")
		counts[name]++
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return counts
}

// functionOps are the instructions each function executed itself.
func functionOps(g *Guest) map[string]uint64 {
	ops := map[string]uint64{}
	for name, f := range g.Functions() {
		ops[name] = f.Ops
	}
	return ops
}
