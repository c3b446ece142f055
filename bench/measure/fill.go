package measure

import (
	"maps"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/boards"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// fillRun fills what a case has of a run beside its metrics. board is nil where
// no time is asked for.
func fillRun(c *results.Case, r *lab.Run, u metric.Units, board *boards.Board) {
	rec := r.Record
	if u.RAM != "" && rec.Done {
		heap := int64(rec.RAMHeapB)
		stack := int64(rec.RAMPeakB) - heap
		c.RAM = &results.RAM{Phase: rec.RAMPhase, RunB: int64(rec.RAMPeakB), HeapB: &heap, StackB: &stack}
	}
	for i, p := range rec.HeapCurve {
		if board != nil && p.MilliCycles > 0 {
			c.HeapCurve[i].EstUS = per(cyclesOf(p.MilliCycles), microseconds, board.ClockHz)
		}
	}
	place := map[metric.Phase]int64{}
	for i, p := range c.Phases {
		place[p.Name] = int64(i)
	}
	inPhase := map[string]map[int64]int64{} // by function and phase
	for _, p := range r.PhaseFunctions {
		for name, f := range p.Functions {
			if inPhase[name] == nil {
				inPhase[name] = map[int64]int64{}
			}
			inPhase[name][place[p.Phase]] += int64(f.Ops)
		}
	}
	for i := range c.Functions {
		f := &c.Functions[i]
		f.Calls = int64(r.Functions[f.Name].Calls)
		for _, at := range slices.Sorted(maps.Keys(inPhase[f.Name])) {
			f.Phases = append(f.Phases, [2]int64{at, inPhase[f.Name][at]})
		}
	}
	if r.Tree != nil && r.Err == nil {
		c.Tree = treeOf(r.Tree, func(function string) bool { return !emu.Harness(function) })
	}
}

const microseconds = 1_000_000 // in a second

// treeOf returns a tree of calls with the inclusive cost of each node. Functions that are
// not counted cost nothing themselves, and are in the tree only if they call others.
func treeOf(calls []emu.Call, counted func(function string) bool) *results.Tree {
	ops := make([]int64, len(calls))
	for i := len(calls) - 1; i > 0; i-- {
		if counted(calls[i].Function) {
			ops[i] += int64(calls[i].Ops)
		}
		ops[calls[i].Parent] += ops[i]
	}
	least := int64(1)
	if len(calls) > results.MostNodes {
		sorted := slices.Sorted(slices.Values(ops))
		least = max(least, sorted[len(sorted)-results.MostNodes]+1)
	}
	kept := make([]int, len(calls)) // place among the nodes that are kept, from 1
	t := &results.Tree{}
	used := map[string]bool{}
	for i, c := range calls {
		if i > 0 && ops[i] >= least {
			used[c.Function] = true
		}
	}
	t.Functions = slices.Sorted(maps.Keys(used))
	for i, c := range calls {
		if i == 0 {
			continue // the root is no function
		}
		if ops[i] < least {
			if ops[i] > 0 {
				t.Folded++
			}
			continue
		}
		at, _ := slices.BinarySearch(t.Functions, c.Function)
		t.Nodes = append(t.Nodes, results.Call{Parent: kept[c.Parent] - 1, Function: at, Calls: int64(c.Calls), Ops: ops[i]})
		kept[i] = len(t.Nodes)
	}
	return t
}

// fillImage fills in what a case has from its image, and the static part of RAM. The
// caller owns c, but not its lists.
func fillImage(c *results.Case, img *core.Image) {
	s := img.Sizes
	static := s.RW + s.ZI
	if c.RAM != nil {
		ram := *c.RAM
		ram.StaticB = static
		c.RAM = &ram
	}
	base := results.Sections{ROB: s.Base.RO, RWB: s.Base.RW, ZIB: s.Base.ZI}
	whole := results.Sections{ROB: s.RO + base.ROB, RWB: s.RW + base.RWB, ZIB: s.ZI + base.ZIB}
	i := &results.Image{ROB: whole.ROB, RWB: whole.RWB, ZIB: whole.ZIB, Base: base, Other: whole}
	for _, b := range s.Functions {
		i.Other.ROB -= b
	}
	for _, d := range s.Data {
		i.Data = append(i.Data, results.DataSymbol{Name: d.Name, Section: d.Section, Bytes: d.Bytes, Module: originOf(img, d.Name).Module})
		*map[string]*int64{results.SectionRO: &i.Other.ROB, results.SectionRW: &i.Other.RWB, results.SectionZI: &i.Other.ZIB}[d.Section] -= d.Bytes
	}
	c.Image = i
	for k := range c.Functions {
		f := &c.Functions[k]
		o := originOf(img, f.Name)
		f.Module, f.File = o.Module, o.File
	}
}

// originOf is where a symbol of an image is from: what is in no object of the
// lab's is the compiler's, if it is in the image at all.
func originOf(img *core.Image, name string) core.Origin {
	if o, ok := img.Origins[name]; ok {
		return o
	}
	_, function := img.Sizes.Functions[name]
	if function || slices.ContainsFunc(img.Sizes.Data, func(d core.Data) bool { return d.Name == name }) {
		return core.Origin{Module: core.ModuleCompiler}
	}
	return core.Origin{}
}

// fillPlan fills what a case has of its plan beside its names.
func fillPlan(c *results.Case, plan *lab.Plan, j *lab.Job) {
	held := plan.Profile.BudgetConfigs
	for name, most := range plan.Profile.Budget {
		if n, ok := c.Metrics[name]; ok && (len(held) == 0 || slices.Contains(held, c.Config)) {
			if c.Headroom == nil {
				c.Headroom = map[string]int64{}
			}
			c.Headroom[name] = most - n
		}
	}
	if j.Variant.Option == "" {
		return
	}
	i := slices.IndexFunc(plan.Jobs, func(o lab.Job) bool { return o.Variant.Name == j.Variant.Base })
	if i >= 0 {
		c.Changes = changesOf(&plan.Jobs[i].Variant, &j.Variant)
	}
}

// changesOf are the options that a variant has otherwise than its base.
func changesOf(base, variant *profiles.Variant) []results.Change {
	was, is := macros(base), macros(variant)
	all := map[string]bool{}
	for name := range was {
		all[name] = true
	}
	for name := range is {
		all[name] = true
	}
	var out []results.Change
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if was[name] != is[name] {
			out = append(out, results.Change{Option: name, Was: orOff(was[name]), Is: orOff(is[name])})
		}
	}
	return out
}

// macros are the values that a variant's header has before a scenario adds to
// it, "on" for a macro without one.
func macros(v *profiles.Variant) map[string]string {
	all := map[string]string{}
	for _, m := range v.Settings.List() {
		value := m.Value
		if value == "" {
			value = "on"
		}
		all[v.Settings.Dialect().Short(m.Name)] = value
	}
	return all
}

func orOff(value string) string {
	if value == "" {
		return "off"
	}
	return value
}
