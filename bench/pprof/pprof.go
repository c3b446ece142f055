// Package pprof turns a traced run into a profile that `go tool pprof` reads,
// and into shares by primitive and by certificate. It runs nothing.
package pprof

import (
	"fmt"
	"io"
	"slices"

	"github.com/google/pprof/profile"

	"tlslab/emu"
	"tlslab/internal/metric"
)

// Phase is what was executed in one phase: the tree of calls with this phase's
// counts, or, where the machine follows no calls, functions alone.
type Phase struct {
	Name      metric.Phase
	Calls     []emu.Call
	Functions map[string]emu.Function
}

// Run is all of a run.
type Run struct {
	Unit   string // what Ops are: "insns", "wasm-ops"
	Phases []Phase
	Tree   []emu.Call // of the whole run; nil where the machine follows no calls
	Heap   []emu.HeapStep
}

// values of a sample, in this order.
const (
	valueOps = iota
	valueCycles
	valueAllocBytes
	valuePeakBytes
	values
)

// Write writes the profile, gzipped, as pprof wants it. Stacks begin with the
// phase; the lab's own functions are left out. The heap has two values: bytes
// allocated over the run, and bytes live at its peak.
func Write(w io.Writer, r *Run) error {
	b := &builder{p: &profile.Profile{
		SampleType: []*profile.ValueType{{Type: r.Unit, Unit: "count"}, {Type: "est-cycles", Unit: "count"},
			{Type: "alloc_space", Unit: "bytes"}, {Type: "heap-peak", Unit: "bytes"}},
		DefaultSampleType: r.Unit,
		PeriodType:        &profile.ValueType{Type: r.Unit, Unit: "count"},
		Period:            1,
	}, locations: map[string]*profile.Location{}, samples: map[string]*profile.Sample{}}
	for _, ph := range r.Phases {
		b.phase(ph)
	}
	b.heap(r)
	// Nothing was estimated: then nothing is shown.
	if slices.ContainsFunc(b.p.Sample, func(s *profile.Sample) bool { return s.Value[valueCycles] > 0 }) {
		b.p.DefaultSampleType = "est-cycles"
	}
	if err := b.p.CheckValid(); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	return b.p.Write(w)
}

type builder struct {
	p         *profile.Profile
	locations map[string]*profile.Location
	samples   map[string]*profile.Sample
}

// location is a function, or a phase, by name.
func (b *builder) location(name string) *profile.Location {
	if l := b.locations[name]; l != nil {
		return l
	}
	f := &profile.Function{ID: uint64(len(b.p.Function) + 1), Name: name, SystemName: name}
	l := &profile.Location{ID: f.ID, Line: []profile.Line{{Function: f}}}
	b.p.Function, b.p.Location = append(b.p.Function, f), append(b.p.Location, l)
	b.locations[name] = l
	return l
}

// add counts value for a stack, outermost first.
func (b *builder) add(stack []string, value int, n uint64) {
	if n == 0 {
		return
	}
	key := fmt.Sprintf("%q", stack)
	s := b.samples[key]
	if s == nil {
		s = &profile.Sample{Value: make([]int64, values)}
		for i := len(stack) - 1; i >= 0; i-- {
			s.Location = append(s.Location, b.location(stack[i]))
		}
		b.samples[key] = s
		b.p.Sample = append(b.p.Sample, s)
	}
	s.Value[value] += int64(n)
}

func (b *builder) phase(ph Phase) {
	if ph.Calls == nil {
		for _, name := range sortedNames(ph.Functions) {
			f := ph.Functions[name]
			b.add([]string{string(ph.Name), name}, valueOps, f.Ops)
			b.add([]string{string(ph.Name), name}, valueCycles, f.MilliCycles/1000)
		}
		return
	}
	for i, c := range ph.Calls {
		if !inGuest(ph.Calls, i) {
			continue
		}
		stack := stackOf(ph.Calls, i, string(ph.Name))
		b.add(stack, valueOps, c.Ops)
		b.add(stack, valueCycles, c.MilliCycles/1000)
	}
}

func (b *builder) heap(r *Run) {
	// The allocator's mark is the lab's; what it tells of is its caller's.
	for i, c := range r.Tree {
		b.add(stackOf(r.Tree, i, "heap"), valueAllocBytes, c.AllocatedB)
	}
	for _, h := range Peak(r.Heap) {
		if h.Call < len(r.Tree) {
			b.add(stackOf(r.Tree, h.Call, "heap"), valuePeakBytes, uint64(h.Bytes))
		}
	}
}

// inGuest reports whether a call is of a function of the guest, and not of the lab.
func inGuest(calls []emu.Call, i int) bool {
	return i > 0 && i < len(calls) && calls[i].Function != unknown && !emu.Harness(calls[i].Function)
}

// unknown is what machines call code of no function.
const unknown = "(unknown)"

// stackOf is the way to a call, outermost first, under root.
func stackOf(calls []emu.Call, i int, root string) []string {
	var stack []string
	for ; i > 0; i = calls[i].Parent {
		if inGuest(calls, i) {
			stack = append(stack, callName(&calls[i]))
		}
	}
	stack = append(stack, root)
	slices.Reverse(stack)
	return stack
}

// callName is a function's name, with which call it is where calls are told
// apart.
func callName(c *emu.Call) string {
	if c.Which == 0 {
		return c.Function
	}
	return fmt.Sprintf("%s #%d", c.Function, c.Which)
}
