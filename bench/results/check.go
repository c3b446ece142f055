package results

import (
	"fmt"
	"strings"
	"unicode"

	"tlslab/internal/metric"
	"tlslab/internal/strict"
)

// Check says what is wrong with a file's data, naming the case. Write and Read
// both call it, so a file that was read has unique, well-formed keys.
func (f *File) Check() error {
	if f.Schema != Schema {
		return fmt.Errorf("schema is %d, this program reads %d: measure again", f.Schema, Schema)
	}
	for _, m := range []map[string]string{f.Provenance.Digests, f.Provenance.Versions, f.Provenance.Flags} {
		for _, k := range sortedKeys(m) {
			if err := checkWord(k, ""); err != nil {
				return fmt.Errorf("provenance: key %q: %w", k, err)
			}
		}
	}
	seen := make(map[string]int, len(f.Cases))
	for i := range f.Cases {
		c := &f.Cases[i]
		if err := c.check(); err != nil {
			return fmt.Errorf("case %d (%s): %w", i, c.Key(), err)
		}
		if first, dup := seen[c.Key()]; dup {
			return fmt.Errorf("case %d (%s): the same key as case %d", i, c.Key(), first)
		}
		seen[c.Key()] = i
	}
	return nil
}

func (c *Case) check() error {
	// Core, board, scenario and machine hold no "/", only config may: so Key
	// takes apart in one way.
	for _, w := range []struct{ name, value, forbid string }{
		{"core", c.Core, "/"}, {"board", c.Board, "/"}, {"config", c.Config, ","},
		{"scenario", c.Scenario, "/"}, {"machine", string(c.Machine), "/"}, {"outcome", string(c.Outcome), "/"},
	} {
		if err := checkWord(w.value, w.forbid); err != nil {
			return fmt.Errorf("%s %q: %w", w.name, w.value, err)
		}
	}
	if (c.Option == "") != (c.Base == "") {
		return fmt.Errorf("a variation names both base and option, got base %q option %q", c.Base, c.Option)
	}
	for _, m := range []struct {
		where   string
		metrics map[string]int64
		machine metric.Machine
	}{
		{"", c.Metrics, c.Machine}, {"headroom: ", c.Headroom, c.Machine}, {"draw-spread: ", c.DrawSpread, c.Machine},
		{"reference: ", c.Reference, ""}, // a profile has one for all machines
	} {
		if err := checkMetrics(m.metrics, m.machine); err != nil {
			return fmt.Errorf("%s%w", m.where, err)
		}
	}
	if c.Tree != nil {
		if err := c.Tree.check(); err != nil {
			return fmt.Errorf("tree: %w", err)
		}
	}
	phases := make(map[metric.Phase]bool, len(c.Phases))
	for _, p := range c.Phases {
		if err := checkWord(string(p.Name), "/"); err != nil {
			return fmt.Errorf("phase %q: %w", p.Name, err)
		}
		if phases[p.Name] {
			return fmt.Errorf("phase %q: twice", p.Name)
		}
		phases[p.Name] = true
		if err := checkMetrics(p.Metrics, c.Machine); err != nil {
			return fmt.Errorf("phase %q: %w", p.Name, err)
		}
	}
	functions := make(map[string]bool, len(c.Functions))
	for _, fn := range c.Functions {
		if fn.Name == "" || functions[fn.Name] {
			return fmt.Errorf("function %q: empty or twice", fn.Name)
		}
		functions[fn.Name] = true
		if err := checkMetrics(fn.Metrics, c.Machine); err != nil {
			return fmt.Errorf("function %q: %w", fn.Name, err)
		}
		last := int64(-1)
		for _, p := range fn.Phases {
			if p[0] <= last || p[0] >= int64(len(c.Phases)) {
				return fmt.Errorf("function %q: phase %d of %d, or out of order", fn.Name, p[0], len(c.Phases))
			}
			last = p[0]
		}
	}
	if err := c.checkImage(); err != nil {
		return fmt.Errorf("image: %w", err)
	}
	if err := checkChecks(c.Checks); err != nil {
		return err
	}
	if err := checkChecks(c.Floor); err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	last := int64(0)
	for i, p := range c.HeapCurve {
		if p.Ops < last {
			return fmt.Errorf("heap-curve point %d: %d ops after %d", i, p.Ops, last)
		}
		last = p.Ops
	}
	return nil
}

func checkChecks(all []Check) error {
	checks := make(map[string]bool, len(all))
	for _, k := range all {
		if err := checkWord(k.Name, "/"); err != nil {
			return fmt.Errorf("check %q: %w", k.Name, err)
		}
		if checks[k.Name] {
			return fmt.Errorf("check %q: twice", k.Name)
		}
		checks[k.Name] = true
		if k.Outcome == "" || k.Refused == (k.Outcome == OutcomeAccepted || strings.HasPrefix(k.Outcome, OutcomeOther)) {
			return fmt.Errorf("check %q: outcome %q does not fit refused=%v", k.Name, k.Outcome, k.Refused)
		}
	}
	return nil
}

// sections are what an image's parts add up to, by section.
func (i *Image) sections() map[string]int64 {
	return map[string]int64{SectionRO: i.ROB, SectionRW: i.RWB, SectionZI: i.ZIB}
}

// Names of an image's sections, as DataSymbol.Section has them.
const (
	SectionRO = "ro"
	SectionRW = "rw"
	SectionZI = "zi"
)

// checkImage holds an image's parts to the whole, and both to the case's metrics.
func (c *Case) checkImage() error {
	i := c.Image
	if i == nil {
		return nil
	}
	sum := map[string]int64{SectionRO: i.Other.ROB, SectionRW: i.Other.RWB, SectionZI: i.Other.ZIB}
	for _, f := range c.Functions {
		sum[SectionRO] += f.Metrics[metric.FunctionCode]
	}
	for _, d := range i.Data {
		if _, known := i.sections()[d.Section]; !known {
			return fmt.Errorf("%s: section %q is not known", d.Name, d.Section)
		}
		sum[d.Section] += d.Bytes
	}
	for _, section := range sortedKeys(sum) {
		if whole := i.sections()[section]; sum[section] != whole {
			return fmt.Errorf("section %s: its parts are %d bytes, it is %d", section, sum[section], whole)
		}
	}
	for name, n := range map[string]int64{metric.RO: i.ROB - i.Base.ROB, metric.RW: i.RWB - i.Base.RWB, metric.ZI: i.ZIB - i.Base.ZIB} {
		if v, ok := c.Metrics[name]; ok && v != n {
			return fmt.Errorf("%s is %d, the image less the one without TLS is %d", name, v, n)
		}
	}
	return nil
}

// OutcomeOther begins a Check's outcome when the try ended, but not because of
// the certificate's own fault: that the check is there has not been shown.
const OutcomeOther = "other: "

// OutcomeAccepted is a Check's outcome when what must be refused was not.
const OutcomeAccepted = "accepted"

// OutcomeCaught begins a Check's outcome when the client went along with what
// somebody changed on the way, and the server found out by Finished, the hash
// over all messages: how the server ended follows.
const OutcomeCaught = "caught-by-peer:"

// OutcomeNothing is a Check's outcome when the conversation has nothing that
// the try changes: no signature without a certificate, say.
const OutcomeNothing = "not-applicable"

// OutcomeNoEffect is a Check's outcome over datagrams when what was changed was
// dropped, and the client connected and read the answer once and whole.
const OutcomeNoEffect = "no-effect"

// checkMetrics refuses names that are not in the table of metrics, or that the machine
// does not have; "" allows every machine's.
func checkMetrics(m map[string]int64, machine metric.Machine) error {
	for _, name := range sortedKeys(m) {
		row, known := metric.Lookup(name)
		if known && (machine == "" || row.On(machine)) {
			continue
		}
		if machine == "" {
			return strict.Unknown("metric", name, metric.Names())
		}
		return strict.Unknown(fmt.Sprintf("metric of the %s machine", machine), name, metric.Where(func(m metric.Metric) bool { return m.On(machine) }))
	}
	return nil
}

// checkWord holds names to what both file formats can carry: one word, no
// blanks or control characters, none of forbid.
func checkWord(s, forbid string) error {
	if s == "" {
		return fmt.Errorf("is empty")
	}
	for _, r := range s {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return fmt.Errorf("has a blank or an unprintable character")
		}
		if strings.ContainsRune(forbid, r) {
			return fmt.Errorf("has a %q", r)
		}
	}
	return nil
}
