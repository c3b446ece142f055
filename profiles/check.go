package profiles

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"tlslab/internal/metric"
	"tlslab/internal/strict"
)

// namePattern is what a profile, config or scenario may be called: names
// become parts of file names, of case keys and of benchmark lines.
var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`)

// Levels that size and speed are compared at; -Oz is clang's alone, and gcc 12
// reads it as -Os. With -flto gcc optimises across files, as some firmware
// builds do: a tenth less code on Mbed TLS.
var (
	wasmLevels = []string{"-O0", "-O1", "-O2", "-O3", "-Os", "-Oz"}
	armLevels  = []string{"-O0", "-O1", "-O2", "-O3", "-Os", "-O2 -flto", "-Os -flto"}
)

const (
	heapLeast  = 4 << 10  // bytes; less than one record buffer of any setting
	heapMost   = 16 << 20 // bytes; above it the guest is no microcontroller's
	stackLeast = 1 << 10  // bytes
	stackMost  = 1 << 20  // bytes
	stackAlign = 16       // bytes; the WASM ABI's and more than AAPCS asks (8)
	opsLeast   = 1_000_000
	opsMost    = 1_000_000_000_000 // hours of run time: a slip
)

// check finds what is wrong with a decoded profile: every problem, one a line.
func (p *Profile) check(wantName string) error {
	var errs []error
	bad := func(key, format string, args ...any) { errs = append(errs, p.errorf(key, format, args...)) }

	switch {
	case !namePattern.MatchString(p.Name):
		bad("name", "%q: not of the form %s", p.Name, namePattern)
	case wantName != "" && p.Name != wantName:
		bad("name", "%q: must be the file's name, %q", p.Name, wantName)
	}
	if p.Board == "" {
		bad("board", "missing")
	}
	for i, m := range p.Machines {
		if !slices.Contains(metric.Machines, m) {
			bad("machines", "%d: %w", i+1, strict.Unknown("machine", m, metric.Machines))
		}
	}
	if !slices.Contains(wasmLevels, p.Compiler.Wasm) {
		bad("compiler.wasm", "%q: not one of %v", p.Compiler.Wasm, wasmLevels)
	}
	if !slices.Contains(armLevels, p.Compiler.ARM) {
		bad("compiler.arm", "%q: not one of %v", p.Compiler.ARM, armLevels)
	}
	if h := p.Memory.HeapBytes; h < heapLeast || h > heapMost {
		bad("memory.heap_bytes", "%d: not in %d..%d", h, heapLeast, heapMost)
	}
	if s := p.Memory.StackBytes; s < stackLeast || s > stackMost || s%stackAlign != 0 {
		bad("memory.stack_bytes", "%d: not a multiple of %d in %d..%d", s, stackAlign, stackLeast, stackMost)
	}
	if p.Run.Ops < opsLeast || p.Run.Ops > opsMost {
		bad("run.budget_ops", "%d: not in %d..%d", p.Run.Ops, opsLeast, uint64(opsMost))
	}
	if len(p.Scenarios) == 0 {
		bad("scenarios", "none: a profile measures at least one")
	}
	for i, s := range p.Scenarios {
		if slices.Contains(p.Scenarios[:i], s) {
			bad("scenarios", "%q: named twice", s)
		}
	}
	names := p.checkConfigs(bad)
	p.checkAxes(names, bad)
	checkMetrics("budget", p.Budget, bad)
	for i, c := range p.BudgetConfigs {
		if !slices.Contains(names, c) {
			bad("budget_configs", "%d: %w", i+1, strict.Unknown("config", c, names))
		}
	}
	return errors.Join(errs...)
}

// report takes one problem: its key and what is wrong.
type report func(key, format string, args ...any)

// checkConfigs checks the configs and returns their names.
func (p *Profile) checkConfigs(bad report) (names []string) {
	if len(p.Configs) == 0 {
		bad("config", "no [[config]]: a profile measures at least one")
	}
	for i := range p.Configs {
		c := &p.Configs[i]
		key := fmt.Sprintf("config[%d]", i)
		switch {
		case !namePattern.MatchString(c.Name):
			bad(key+".name", "%q: not of the form %s", c.Name, namePattern)
		case slices.Contains(names, c.Name):
			bad(key+".name", "%q: named twice", c.Name)
		}
		names = append(names, c.Name)
		if (c.Base == "") == (c.Header == "") {
			bad(key, "needs one of base and header")
		}
		if len(c.HeaderDirs) > 0 && c.Header == "" {
			bad(key+".header_dirs", "without header")
		}
		for _, name := range sortedKeys(c.Set) {
			if err := checkOption(p.Dialect(), name); err != nil {
				bad(key+".set."+name, "%w", err)
			}
			if slices.Contains(c.Unset, name) {
				bad(key+".unset", "%s: is in set too", name)
			}
		}
		for _, name := range c.Unset {
			if err := checkOption(p.Dialect(), name); err != nil {
				bad(key+".unset", "%w", err)
			}
		}
		checkMetrics(key+".reference", c.Reference, bad)
		if len(c.Reference) > 0 && c.ReferenceSource == "" {
			bad(key+".reference_source", "missing: say where the reference figures come from")
		}
	}
	return names
}

// checkAxes checks the axes against the names of the configs.
func (p *Profile) checkAxes(names []string, bad report) {
	seen := map[string]bool{}
	for i := range p.Axes {
		a := &p.Axes[i]
		key := fmt.Sprintf("axis[%d]", i)
		if !slices.Contains(names, a.Config) {
			bad(key+".config", "%w", strict.Unknown("config", a.Config, names))
		}
		if err := checkOption(p.Dialect(), a.Option); err != nil {
			bad(key+".option", "%w", err)
		}
		id := a.Config + "/" + p.Dialect().Short(a.Option)
		if seen[id] {
			bad(key+".option", "%s of %s: has an axis already", p.Dialect().Short(a.Option), a.Config)
		}
		seen[id] = true
		if len(a.Values) == 0 {
			bad(key+".values", "none")
		}
		values := map[string]bool{}
		for k, v := range a.Values {
			set, err := toSetting(v)
			if err != nil {
				bad(key+".values", "value %d: %w", k+1, err)
			} else if values[set.String()] {
				bad(key+".values", "%s: named twice", set)
			}
			values[set.String()] = true
		}
	}
}

func checkMetrics(key string, figures map[string]int64, bad report) {
	for _, name := range sortedKeys(figures) {
		// Under another name it would bind nothing.
		if _, known := metric.Lookup(name); !known {
			bad(key+"."+name, "%w", strict.Unknown("metric", name, metric.Names()))
		}
		if figures[name] < 0 {
			bad(key+"."+name, "%d: below 0", figures[name])
		}
	}
}
