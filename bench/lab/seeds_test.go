package lab_test

import (
	"context"
	"reflect"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/emu"
	"tlslab/emu/wasm"
)

// seeds is how many different streams of entropy must all give a handshake.
const seeds = 20

// TestSeeds: other random numbers give other keys, not other outcomes, and
// the same ones give the same run to the last count.
func TestSeeds(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	for _, c := range []struct {
		scenario string
		// spread is the most by which heap peaks may differ, bytes: none with
		// PSK. An ECDSA signature in DER loses leading zeros of its two numbers,
		// and the limbs of a point's coordinates follow their values.
		spread uint32
	}{{labtest.PSK, 0}, {labtest.ECDSA, 64}} {
		t.Run(c.scenario, func(t *testing.T) {
			s := labtest.Prepare(t, l, plan, labtest.JobOf(t, plan, "undated", c.scenario))
			seen := map[string]uint64{}
			low, high := ^uint32(0), uint32(0)
			var leastOps, mostOps uint64
			for seed := uint64(1); seed <= seeds; seed++ {
				first := runSeed(t, l, s, seed)
				if seed <= 2 && !reflect.DeepEqual(first, runSeed(t, l, s, seed)) {
					t.Errorf("seed %d twice gives two runs", seed)
				}
				var random [32]byte
				emu.NewEntropy(seed, "client").Draw("", random[:])
				if old, ok := seen[string(random[:])]; ok {
					t.Errorf("seeds %d and %d draw the same bytes", old, seed)
				}
				seen[string(random[:])] = seed
				low, high = min(low, first.Record.HeapPeakB), max(high, first.Record.HeapPeakB)
				if ops, _ := first.Record.Handshake(); seed == 1 {
					leastOps, mostOps = ops, ops
				} else {
					leastOps, mostOps = min(leastOps, ops), max(mostOps, ops)
				}
			}
			t.Logf("heap-peak-B %d to %d, handshake-wasm-ops %d to %d", low, high, leastOps, mostOps)
			if high-low > c.spread {
				t.Errorf("heap peaks from %d to %d B, want a spread of at most %d", low, high, c.spread)
			}
		})
	}
}

func runSeed(t *testing.T, l *lab.Lab, s *lab.Prepared, seed uint64) *lab.Run {
	t.Helper()
	r, err := s.Converse(context.Background(), lab.Conversation{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	if o := s.Judge(r); o.Name != "connected" {
		t.Errorf("seed %d: %+v", seed, o)
	}
	if r.Record.AppBytes == 0 || r.Record.LeakB != 0 {
		t.Errorf("seed %d: %d bytes read, %d B leaked", seed, r.Record.AppBytes, r.Record.LeakB)
	}
	return r
}
