package timing

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"tlslab/internal/isa/thumb"
	"tlslab/internal/strict"
)

const (
	cycle       = 1000       // thousandths
	cyclesMost  = 64 * cycle // of one instruction: the slowest known are 32 (a serial multiplier) and 30 (vdiv.f64)
	latencyMost = 32 * cycle // of a result, and of a branch's refill
	wordMost    = 4 * cycle  // of one word of ldm
	stallMost   = 16 * cycle // of a mean
)

// check finds what is wrong with a decoded model: every problem, one a line.
func (m *Model) check(file string, data []byte, wantName string) error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, strict.Errorf(file, data, key, format, args...))
	}
	if m.Name != wantName {
		bad("name", "%q: must be the file's name, %q", m.Name, wantName)
	}
	for key, text := range map[string]string{"title": m.Title, "basis": m.Basis, "issue.source": m.Issue.Source} {
		if text == "" {
			bad(key, "missing")
		}
	}
	within := func(key string, v, most int64) {
		if v < 0 || v > most {
			bad(key, "%d: not in 0..%d thousandths of a cycle", v, most)
		}
	}
	within("issue.store_late_mcycles", m.Issue.StoreLate, latencyMost)
	within("issue.wide_run_mcycles", m.Issue.WideRun, latencyMost)
	within("issue.unaligned_target_mcycles", m.Issue.UnalignedTarget, latencyMost)

	known := map[string]bool{}
	for _, c := range thumb.Classes() {
		known[c.String()] = true
	}
	names := slices.Sorted(maps.Keys(known))
	seen := map[string]bool{}
	units := map[string]bool{UnitShifted: true, UnitSimple: true}
	for i, c := range m.Costs {
		at := func(key string) string { return fmt.Sprintf("cost[%d].%s", i, key) }
		if len(c.Classes) == 0 {
			bad(at("classes"), "missing")
		}
		for _, class := range c.Classes {
			if !known[class] {
				bad(at("classes"), "%w", strict.Unknown("instruction class", class, names))
			}
			if seen[class] {
				bad(at("classes"), "%q: costed twice", class)
			}
			seen[class] = true
		}
		if c.Source == "" {
			bad(at("source"), "missing: name the document and its table")
		}
		if c.Unit != "" {
			units[c.Unit] = true
		}
		if c.Absent {
			bare := Cost{Classes: c.Classes, Absent: true, Source: c.Source}
			if fmt.Sprint(bare) != fmt.Sprint(c) {
				bad(at("absent"), "with costs")
			}
			continue
		}
		within(at("mcycles"), c.Cycles, cyclesMost)
		within(at("double_mcycles"), c.Double, cyclesMost)
		within(at("word_mcycles"), c.Word, wordMost)
		within(at("offset_mcycles"), c.Offset, latencyMost)
		within(at("result_mcycles"), c.Result, latencyMost)
		within(at("part_result_mcycles"), c.PartResult, latencyMost)
		within(at("shifted_result_mcycles"), c.ShiftedResult, latencyMost)
		within(at("address_mcycles"), c.Address, latencyMost)
		within(at("accumulate_mcycles"), c.Accumulate, latencyMost)
		within(at("overlap_mcycles"), c.Overlap, max(0, c.Cycles-cycle))
		within(at("literal_mcycles"), c.Literal, latencyMost)
		within(at("before_load_mcycles"), c.BeforeLoad, latencyMost)
		within(at("taken_mcycles"), c.Taken, latencyMost)
		within(at("stall_mcycles"), c.Stall, stallMost)
		if c.Cycles < cycle && c.Word == 0 { // with words, the sum is rounded up
			bad(at("mcycles"), "%d: less than a cycle; pairs say what issues together", c.Cycles)
		}
	}
	for _, class := range names {
		if !seen[class] {
			bad("cost", "none for class %q", class)
		}
	}
	for _, older := range slices.Sorted(maps.Keys(m.Issue.Pairs)) {
		for _, unit := range append([]string{older}, m.Issue.Pairs[older]...) {
			if !units[unit] {
				bad("issue.pairs", "%w", strict.Unknown("unit", unit, slices.Sorted(maps.Keys(units))))
			}
		}
	}
	return errors.Join(errs...)
}
