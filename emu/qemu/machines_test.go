package qemu

import (
	"context"
	"strings"
	"testing"

	"tlslab/boards"
	qemuboards "tlslab/boards/qemu"
	"tlslab/core"
	"tlslab/internal/testutil"
)

// TestEveryMachine runs the same guest on every QEMU machine there is data
// for: start-up, messages, counts, stack and a fault's report.
func TestEveryMachine(t *testing.T) {
	for _, name := range qemuboards.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testutil.Need(t, "clang", Program)
			stand, err := qemuboards.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			flags := []string{"-mcpu=" + stand.CPU, "-mfloat-abi=soft"}
			if stand.Arch == "a" {
				flags = []string{"-mcpu=" + stand.CPU, "-mfpu=vfpv3-d16", "-mfloat-abi=hard", "-mno-unaligned-access"}
			}
			board := &boards.Board{Name: name, CPU: stand.CPU, ClockHz: 1e6, RTOSTickHz: 100, QEMUMachine: name}
			m, err := New(context.Background(), board, &core.Cache{Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			target := m.Target()
			h, g, err := run(t, m, firmwareFor(t, guestWork, target.Code.Origin, target.Data.Origin, flags...))
			if err != nil {
				t.Fatal(err)
			}
			if r := h.record; !r.Done || r.HeapPeakB != 128 || r.StackPeakB < 6*64 || r.PaintedB > r.StackPeakB || r.PaintedB < r.StackPeakB-128 {
				t.Errorf("record %+v", r)
			}
			if c := g.Counters(); c.Ops < 500 || c.MilliCycles != 0 {
				t.Errorf("%+v: cycles without a timing model", c)
			}
			_, _, err = run(t, m, firmwareFor(t, guestUndefined, target.Code.Origin, target.Data.Origin, flags...))
			if err == nil || !strings.HasPrefix(err.Error(), "guest: fault: ") || !strings.Contains(err.Error(), "in tlslab_step") {
				t.Errorf("an undefined instruction: %v", err)
			}
			t.Log(err)
		})
	}
}
