package measure

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"

	"tlslab/bench/labtest"
	"tlslab/boards"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/qemu"
	"tlslab/emu/wasm"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// handMade is a run whose stack is known: boot_main (16) calls tlslab_step
// (24), which calls f (40), which calls g (8), and the lab (100).
func handMade() (*emu.Record, []emu.Call, map[string]core.Frame) {
	r := emu.NewRecord()
	r.StackPeakB, r.PaintedB = 88, 80
	return r, []emu.Call{
			{Parent: -1},
			{Parent: 0, Function: "boot_main", Calls: 1},
			{Parent: 1, Function: "tlslab_step", Calls: 1, StackB: 72},
			{Parent: 2, Function: "f", Calls: 1, StackB: 48},
			{Parent: 3, Function: "g", Calls: 1, StackB: 8},
			{Parent: 3, Function: "host_send", Calls: 1},
		}, map[string]core.Frame{
			"boot_main":   {Bytes: 16, Calls: []string{"tlslab_step"}},
			"tlslab_step": {Bytes: 24, Calls: []string{"f"}},
			"f":           {Bytes: 40, Calls: []string{"g", "host_send"}},
			"g":           {Bytes: 8},
			"host_send":   {Bytes: 100},
			"h":           {Bytes: 8, Indirect: true},
		}
}

func TestStack(t *testing.T) {
	t.Parallel()
	r, tree, frames := handMade()
	s, err := NewStack(r, tree, frames)
	if err != nil {
		t.Fatal(err)
	}
	want := &Stack{Path: []StackFrame{{"boot_main", 16}, {"tlslab_step", 24}, {"f", 40}, {"g", 8}},
		FramesB: 88, BoundB: 16 + 24 + 40 + 100, Bounded: 5, Of: 6, WatchB: 88, PaintedB: 80}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("%+v\nwant %+v", s, want)
	}
	frames["h"] = core.Frame{Bytes: 8, Dynamic: true}
	frames["g"] = core.Frame{Bytes: 8, Calls: []string{"h"}}
	if s, err = NewStack(r, tree, frames); err != nil || s.BoundB != 0 || s.FramesB != 88 || s.Open != "" || s.Why != "h takes stack by an amount known only when it runs" {
		t.Errorf("%+v, %v", s, err)
	}
}

// A tail call gives the caller's frame back; one into a cold part does not.
func TestStackOfTailCall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, callee  string
		took, watch   uint32 // by f, and of the whole
		framesB, path uint32 // path: f's share of it
	}{
		{"tail call", "g", 60, 100, 100, 0},
		{"cold part", "f.cold", 100, 140, 140, 40},
	} {
		r, tree, frames := handMade()
		tree[4] = emu.Call{Parent: 3, Function: c.callee, StackB: 60}
		tree[3].StackB, tree[2].StackB, r.StackPeakB = c.took, c.took+24, c.watch
		frames[c.callee] = core.Frame{Bytes: 60}
		frames["f"] = core.Frame{Bytes: 40, Calls: []string{c.callee}}
		s, err := NewStack(r, tree, frames)
		if err != nil || s.FramesB != c.framesB || s.Path[2] != (StackFrame{"f", c.path}) {
			t.Errorf("%s: %+v, %v", c.name, s, err)
		}
		tree[3].StackB++
		if _, err := NewStack(r, tree, frames); err == nil || !strings.Contains(err.Error(), "f took") {
			t.Errorf("%s: one byte more: %v", c.name, err)
		}
	}
}

// TestStackDisagrees: each way of finding the stack that is wrong is told,
// by the function where it shows first.
func TestStackDisagrees(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*emu.Record, []emu.Call, map[string]core.Frame)
		want   string
	}{
		{"frame too small", func(_ *emu.Record, _ []emu.Call, f map[string]core.Frame) { f["g"] = core.Frame{Bytes: 4} },
			"host: stack: g took 8 B by the watch on SP, at most 4 B by the call graph: one of them is wrong"},
		{"without a bound", func(_ *emu.Record, _ []emu.Call, f map[string]core.Frame) {
			f["f"] = core.Frame{Bytes: 36, Calls: []string{"g"}, Indirect: true}
		}, "host: stack: f took 48 B by the watch on SP, 44 B in its frame and those of the calls it made: one of them is wrong"},
		{"a call not in the graph", func(_ *emu.Record, _ []emu.Call, f map[string]core.Frame) { f["f"] = core.Frame{Bytes: 40} },
			"host: stack: f took 48 B by the watch on SP, at most 40 B by the call graph: one of them is wrong"},
		{"deeper than the frames", func(r *emu.Record, _ []emu.Call, _ map[string]core.Frame) { r.StackPeakB = 90 },
			"host: stack: 90 B by the watch on SP, 88 B in the frames of all calls on the way: one of them is wrong"},
		{"painted", func(r *emu.Record, _ []emu.Call, _ map[string]core.Frame) { r.PaintedB = 89 },
			"guest: wrote below its stack: 89 B deep by painting, 88 B by the watch on SP"},
		{"alloca excuses", func(r *emu.Record, _ []emu.Call, f map[string]core.Frame) {
			f["g"], r.StackPeakB = core.Frame{Bytes: 4, Dynamic: true}, 90
		}, ""},
		{"so does a function without a frame", func(r *emu.Record, _ []emu.Call, f map[string]core.Frame) {
			delete(f, "g")
			r.StackPeakB = 90
		}, ""},
	} {
		r, tree, frames := handMade()
		c.change(r, tree, frames)
		s, err := NewStack(r, tree, frames)
		var host *emu.HostError
		if c.want == "" {
			if err != nil || s.Open != "g" {
				t.Errorf("%s: %+v, %v", c.name, s, err)
			}
		} else if err == nil || err.Error() != c.want || errors.As(err, &host) != strings.HasPrefix(c.want, "host: ") {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
		}
	}
}

// boardLab is a lab with the emulated boards.
func boardLab(t *testing.T) *Bench {
	t.Helper()
	testutil.Need(t, qemu.Program)
	l := openBench(t, wasm.Compiler)
	l.OpenForBoard = func(ctx context.Context, _ metric.Machine, board *boards.Board) (emu.Machine, error) {
		return qemu.New(ctx, board, l.Builder.Cache)
	}
	return l
}

// TestStackOfHandshake: three ways to one number, on a whole handshake: paint
// <= SP <= frames of the calls made; and no function takes more than the call
// graph says. With one frame made smaller, that function is named.
func TestStackOfHandshake(t *testing.T) {
	t.Parallel()
	l := boardLab(t)
	plan := labtest.LoadPlan(t, func(p *profiles.Profile) { p.Scenarios = []string{labtest.PSK}; p.Machines = []metric.Machine{"qemu"} })
	j := labtest.JobOf(t, plan, "undated", labtest.PSK)
	c, err := l.Measure(context.Background(), plan, j)
	if err != nil {
		t.Fatal(err)
	}
	labtest.Writable(t, *c)
	m := c.Metrics
	if painted, watch, frames := m[metric.PaintedStack], m[metric.StackPeak], m[metric.StackFrames]; painted == 0 || painted > watch || watch > frames || frames > watch+watch/10 {
		t.Errorf("%d B by painting, %d B by SP, %d B in frames", painted, watch, frames)
	}
	traced, err := l.Trace(context.Background(), plan, j)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewStack(traced.Record, traced.Tree, traced.Image.Frames)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d B by painting, %d B by SP, %d B in frames; %d of %d functions have a bound; the whole: %s", s.PaintedB, s.WatchB, s.FramesB, s.Bounded, s.Of, s.Why)
	for _, f := range s.Path {
		t.Logf("%5d %s", f.Bytes, f.Function)
	}
	if int64(s.FramesB) != m[metric.StackFrames] || s.Open != "" || s.Path[0].Function != "boot_main" || s.Path[1].Function != stackRoot {
		t.Errorf("%+v", s)
	}
	if _, ok := m[metric.StackBound]; ok != (s.Why == "") || s.Why != "" && !strings.Contains(s.Why, " ") {
		t.Errorf("bound %d, %q", s.BoundB, s.Why)
	}
	frames := maps.Clone(traced.Image.Frames)
	const wronged = "mbedtls_internal_sha256_process"
	f := frames[wronged]
	if f.Bytes < 8 {
		t.Fatalf("%s: %+v: not in the image?", wronged, f)
	}
	f.Bytes -= 8
	frames[wronged] = f
	if _, err := NewStack(traced.Record, traced.Tree, frames); err == nil || !strings.HasPrefix(err.Error(), "host: stack: "+wronged+" took ") {
		t.Errorf("a frame 8 bytes smaller: %v", err)
	}
}
