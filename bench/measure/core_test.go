package measure

import (
	"context"
	"testing"

	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// TestNewerCore: the pinned 3.6 does the handshakes of 2.28 with the same
// configuration, phase by phase, against the same server.
func TestNewerCore(t *testing.T) {
	t.Parallel()
	l, newer := openNewerBench(t)
	ctx := context.Background()
	plan := labtest.LoadPlan(t, nil)
	for _, scenario := range []string{labtest.PSK, labtest.ECDSA} {
		t.Run(scenario, func(t *testing.T) {
			j := labtest.JobOf(t, plan, "dated", scenario)
			var phases [2]string
			var metrics [2]map[string]int64
			for i, l := range []*Bench{l, newer} {
				c, err := l.Measure(ctx, plan, j)
				if err != nil {
					t.Fatal(err)
				}
				if c.Core != l.Source.Core || c.Outcome != results.OutcomeConnected {
					t.Fatalf("%s: %s in %s (%s)", c.Core, c.Outcome, c.Phase, c.Detail)
				}
				for _, p := range c.Phases {
					phases[i] += string(p.Name) + " "
				}
				for _, k := range c.Checks {
					if !k.Refused {
						t.Errorf("%s: %s: %s", c.Core, k.Name, k.Outcome)
					}
				}
				metrics[i] = c.Metrics
				labtest.Writable(t, *c)
			}
			if phases[0] != phases[1] {
				t.Errorf("phases %s\nwant   %s", phases[1], phases[0])
			}
			// Where 3.6 did not know SSL_MAX_CONTENT_LEN there would be 25 KiB more.
			if was, is := metrics[0][metric.HeapPeak], metrics[1][metric.HeapPeak]; is > was+1024 {
				t.Errorf("heap-peak-B %d, with 2.28 %d", is, was)
			}
			for _, name := range []string{metric.WasmOps, metric.Flash} {
				if metrics[0][name] == metrics[1][name] {
					t.Errorf("%s is %d with both: one core was measured twice", name, metrics[0][name])
				}
			}
		})
	}
}
