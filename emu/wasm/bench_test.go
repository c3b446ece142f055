package wasm

import (
	"context"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tlslab/emu"
)

// guestFlag adds a guest of your own to the benchmarks: one step is measured,
// so it has to do all its work without a host, over and over.
var guestFlag = flag.String("guest", "", "a `file` with a guest to benchmark besides the kernels")

type benchGuest struct {
	name   string
	module []byte
	heap   uint32
}

// benchGuests are the kernels with enough work for a clock.
func benchGuests(b *testing.B) []benchGuest {
	list := []benchGuest{
		{"sha256", buildC(b, "sha256", "-DROUNDS=2000"), 4096},
		{"modexp", buildC(b, "modexp", "-DLIMBS=32"), 4096},
		{"p256", buildC(b, "p256", "-DROUNDS=500"), 4096},
		{"fib", buildC(b, "calls", "-DROUNDS=24"), 4096},
	}
	if *guestFlag != "" {
		module, err := os.ReadFile(*guestFlag)
		if err != nil {
			b.Fatal(err)
		}
		list = append(list, benchGuest{filepath.Base(*guestFlag), module, 128 << 10})
	}
	return list
}

func benchStart(b *testing.B, g benchGuest, metered bool) *Guest {
	b.Helper()
	ctx := context.Background()
	e, err := NewEngine(ctx, Compiler, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { e.Close(ctx) })
	var p *Program
	if metered {
		m, err := Meter(g.module)
		if err != nil {
			b.Fatal(err)
		}
		p, err = e.Compile(ctx, m)
		if err != nil {
			b.Fatal(err)
		}
	} else if p, err = e.CompilePlain(ctx, g.module); err != nil {
		b.Fatal(err)
	}
	return start(b, p, &fakeHost{}, emu.Limits{HeapBytes: g.heap, Ops: math.MaxInt64, LogBytes: 1 << 20, Events: 1 << 30, HostBytes: math.MaxUint64})
}

// again runs the one step of a kernel once more.
func (g *Guest) again(b *testing.B) {
	g.done = false
	if _, err := g.Step(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkMetered times each guest as it is and metered.
func BenchmarkMetered(b *testing.B) {
	for _, k := range benchGuests(b) {
		for _, metered := range []bool{false, true} {
			name := k.name + "/plain"
			if metered {
				name = k.name + "/metered"
			}
			b.Run(name, func(b *testing.B) {
				g := benchStart(b, k, metered)
				for b.Loop() {
					g.again(b)
				}
			})
		}
	}
}

// BenchmarkOverhead runs plain and metered in turn, so that both see the same
// machine, and reports the ratio of the fastest runs as x-plain.
func BenchmarkOverhead(b *testing.B) {
	for _, k := range benchGuests(b) {
		b.Run(k.name, func(b *testing.B) {
			plain, metered := benchStart(b, k, false), benchStart(b, k, true)
			best := [2]time.Duration{math.MaxInt64, math.MaxInt64}
			for b.Loop() {
				for i, g := range []*Guest{plain, metered} {
					t := time.Now()
					g.again(b)
					best[i] = min(best[i], time.Since(t))
				}
			}
			b.ReportMetric(float64(best[1])/float64(best[0]), "x-plain")
		})
	}
}

// BenchmarkCompile shows what the counters cost wazero's compiler.
func BenchmarkCompile(b *testing.B) {
	ctx := context.Background()
	for _, k := range benchGuests(b) {
		m, err := Meter(k.module)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(k.name+"/meter", func(b *testing.B) {
			for b.Loop() {
				if _, err := Meter(k.module); err != nil {
					b.Fatal(err)
				}
			}
		})
		for _, metered := range []bool{false, true} {
			name := k.name + "/plain"
			if metered {
				name = k.name + "/metered"
			}
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					e, err := NewEngine(ctx, Compiler, nil) // a cold cache each time
					if err != nil {
						b.Fatal(err)
					}
					if metered {
						_, err = e.Compile(ctx, m)
					} else {
						_, err = e.CompilePlain(ctx, k.module)
					}
					if err != nil {
						b.Fatal(err)
					}
					e.Close(ctx)
				}
			})
		}
	}
}
