package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"tlslab/bench/results"
	"tlslab/profiles"
)

// columns of the terminal table; KiB nowhere: exact numbers are in bytes.
var columns = []struct{ title, metric string }{
	{"handshake\nwasm-ops", results.HandshakeOps},
	{"heap-peak\nB", results.HeapPeak},
	{"heap-min\nB", results.HeapMin},
	{"est-ram-peak\nB", results.EstRAMPeak},
	{"ROM\nB", results.ROM},
}

// WriteTable prints one table a scenario: each configuration, each variation
// with its change against the configuration it varies, and the published
// figures of a scenario where the profile names some.
func WriteTable(w io.Writer, f *results.File, p *profiles.Profile, scenarios ...string) error {
	for _, name := range scenarios {
		byConfig := map[string]*results.Case{}
		for i := range f.Cases {
			if c := &f.Cases[i]; c.Scenario == name {
				byConfig[c.Config] = c
			}
		}
		if err := writeScenario(w, p, name, byConfig); err != nil {
			return err
		}
	}
	return nil
}

func writeScenario(w io.Writer, p *profiles.Profile, scenario string, byConfig map[string]*results.Case) error {
	variants, err := p.Expand()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s on %s\n", scenario, p.Board)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	first, second := []string{"configuration"}, []string{""}
	for _, c := range columns {
		a, b, _ := strings.Cut(c.title, "\n")
		first, second = append(first, a, ""), append(second, b, "")
	}
	fmt.Fprintln(tw, strings.Join(first, "\t")+"\t")
	fmt.Fprintln(tw, strings.Join(second, "\t")+"\t")
	var notes []string
	for _, v := range variants {
		c := byConfig[v.Name]
		if c == nil {
			continue
		}
		row := []string{v.Name}
		if v.Option != "" {
			row[0] = v.Option + "=" + v.Value
		}
		var base *results.Case
		if v.Option != "" {
			base = byConfig[v.Base]
		}
		for _, col := range columns {
			row = append(row, cell(c, col.metric), change(c, base, col.metric))
		}
		fmt.Fprintln(tw, strings.Join(row, "\t")+"\t")
		if len(c.Reference) > 0 {
			fmt.Fprintln(tw, strings.Join(referenceRow(p, c), "\t")+"\t")
		}
		notes = append(notes, caseNotes(c, base)...)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	notes = append(notes, differs(p, scenario)...)
	for _, n := range notes {
		fmt.Fprintln(w, "  "+n)
	}
	return nil
}

// cell is a number, or what happened instead of it.
func cell(c *results.Case, metric string) string {
	failed := c.Outcome != results.OutcomeConnected
	if metric == results.HandshakeOps && failed {
		return "fails"
	}
	v, ok := c.Metrics[metric]
	if !ok || failed && metric != results.ROM {
		return "-"
	}
	return group(v)
}

// change is the difference to the configuration varied, in percent.
func change(c, base *results.Case, metric string) string {
	if base == nil || c.Outcome != results.OutcomeConnected && metric != results.ROM {
		return ""
	}
	old, ok := base.Metrics[metric]
	v, ok2 := c.Metrics[metric]
	switch {
	case !ok || !ok2 || old == 0:
		return ""
	case v == old:
		return "="
	}
	return fmt.Sprintf("%+.1f%%", 100*float64(v-old)/float64(old))
}

// referenceRow sets published figures under the measured ones.
func referenceRow(p *profiles.Profile, c *results.Case) []string {
	row := []string{"  published"}
	for _, col := range columns {
		s := ""
		if v, ok := c.Reference[col.metric]; ok {
			s = group(v)
		}
		row = append(row, s, "")
	}
	return row
}

// caseNotes are the lines a case needs under the table; of a variation, what
// its base, nil for a config itself, does not say already.
func caseNotes(c, base *results.Case) []string {
	var notes []string
	note := func(format string, args ...any) {
		notes = append(notes, c.Config+": "+fmt.Sprintf(format, args...))
	}
	if c.Outcome != results.OutcomeConnected {
		line := c.Outcome
		if c.Phase != "" {
			line += " in " + c.Phase
		}
		if c.Detail != "" {
			line += " (" + c.Detail + ")"
		}
		note("%s", line)
	}
	for _, k := range c.Checks {
		switch {
		case base != nil && slices.Contains(base.Checks, k):
		case k.Outcome == results.OutcomeAccepted:
			note("%s", Accepts(k.Name))
		case !k.Refused:
			note("fails with %s, but not because of its fault: %s", k.Name, strings.TrimPrefix(k.Outcome, results.OutcomeOther))
		}
	}
	if len(c.Added) > 0 && base == nil {
		note("the scenario added %s", strings.Join(c.Added, ", "))
	}
	for _, warning := range c.Warnings {
		note("%s", warning)
	}
	return notes
}

// Accepts says in words what a must-reject check that did not refuse means.
func Accepts(check string) string {
	switch check {
	case "expired":
		return "accepts expired certificates"
	case "wrong-name":
		return "accepts certificates of another host"
	case "unknown-ca":
		return "accepts certificates of an unknown CA"
	case "not-yet-valid":
		return "accepts certificates that are not yet valid"
	}
	return "accepts " + check
}

// differs says under which other conditions the published figures came about;
// configurations that share them share the lines.
func differs(p *profiles.Profile, scenario string) []string {
	var out []string
	seen := map[string]bool{}
	for _, cfg := range p.Configs {
		if cfg.ReferenceScenario != scenario || len(cfg.ReferenceDiffers) == 0 {
			continue
		}
		head := "published: " + cfg.ReferenceSource + ". What differs:"
		for _, line := range append([]string{head}, cfg.ReferenceDiffers...) {
			if !seen[line] {
				seen[line] = true
				if line != head {
					line = "  " + line
				}
				out = append(out, line)
			}
		}
	}
	return out
}

// group writes a number with thin groups of three: 1 234 567.
func group(v int64) string {
	s := fmt.Sprint(v)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	if neg {
		return "-" + b.String()
	}
	return b.String()
}
