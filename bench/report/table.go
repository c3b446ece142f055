// Package report prints results as tables in a terminal. It reads results and
// the profile that asked for them, and measures nothing.
package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/profiles"
)

// column is a metric of one machine; a table shows those that some case of it
// has. KiB nowhere: exact numbers are in bytes.
type column struct {
	title   string
	machine metric.Machine
	metric  string
	show    func(int64) string
}

// columns are those of the metrics that are shown in tables; a metric of several
// machines has one for each.
var columns = func() []column {
	var out []column
	for _, name := range metric.In(metric.InTable) {
		m, show := metric.Of(name), quantity.Count
		if m.Unit == metric.Microseconds {
			show = quantity.Milli
		}
		switch len(m.Machines) {
		case 0:
			out = append(out, column{m.Head(), "", name, show})
		case 1:
			out = append(out, column{m.Head(), m.Machines[0], name, show})
		default:
			for _, machine := range m.Machines {
				out = append(out, column{m.Head() + " (" + string(machine) + ")", machine, name, show})
			}
		}
	}
	return out
}()

// measured are one configuration's cases on one board, by machine.
type measured map[metric.Machine]*results.Case

// on is the case a column is about.
func (m measured) on(machine metric.Machine) *results.Case {
	if c := m[machine]; c != nil || machine != "" {
		return c
	}
	for _, name := range []metric.Machine{metric.WASM, metric.QEMU} {
		if c := m[name]; c != nil {
			return c
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		return m[name]
	}
	return nil
}

// WriteTable prints one table a scenario and, where a profile has variations, a
// board: each configuration, each variation with its change against the
// configuration it varies, and the published figures of a scenario where the
// profile names some.
func WriteTable(w io.Writer, f *results.File, p *profiles.Profile, scenarios ...string) error {
	variants, err := p.Expand()
	if err != nil {
		return err
	}
	if p.Matrix != "" && len(variants) == 1 && len(p.Boards) == 0 {
		return writeMatrix(w, f, p, variants[0].Name, scenarios)
	}
	for _, name := range scenarios {
		var boards []string
		cases := map[string]map[string]measured{} // board, config
		for i := range f.Cases {
			c := &f.Cases[i]
			if c.Scenario != name {
				continue
			}
			if cases[c.Board] == nil {
				cases[c.Board] = map[string]measured{}
				boards = append(boards, c.Board)
			}
			if cases[c.Board][c.Config] == nil {
				cases[c.Board][c.Config] = measured{}
			}
			cases[c.Board][c.Config][c.Machine] = c
		}
		var rows []row
		for _, b := range boards {
			rows = append(rows, rowsOf(variants, cases[b], len(boards) > 1)...)
		}
		title := name
		if len(boards) == 1 {
			title += " on " + boards[0]
		}
		if err := writeTable(w, title, rows, p, name); err != nil {
			return err
		}
	}
	return nil
}

// row is one configuration of a table, or one scenario of a matrix; base is what
// a variation varies.
type row struct {
	of    string // what its label is: "configuration", "board", "scenario"
	label string
	cases measured
	base  measured
}

func rowsOf(variants []profiles.Variant, cases map[string]measured, severalBoards bool) []row {
	var rows []row
	configs := 0
	for _, v := range variants {
		if v.Option == "" {
			configs++
		}
	}
	for _, v := range variants {
		m := cases[v.Name]
		if m == nil {
			continue
		}
		r := row{of: "configuration", label: v.Name, cases: m}
		if v.Option != "" {
			r.label, r.base = v.Option+"="+v.Value, cases[v.Base]
		}
		if severalBoards {
			r.of = "board"
			board := m.on("").Board
			if configs == 1 && v.Option == "" {
				r.label = board
			} else {
				r.label = board + " " + r.label
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// shown are the columns that some case of a table has. Bytes on the wire are the
// scenario's: within one table they say something where it has several.
func shown(rows []row) []column {
	var out []column
	has := map[string]bool{}
	for _, c := range columns {
		if c.metric == metric.WireBytes && (len(rows) == 0 || rows[0].of != "scenario") {
			continue
		}
		ok := slices.ContainsFunc(rows, func(r row) bool {
			m := r.cases.on(c.machine)
			if m == nil {
				return false
			}
			_, ok := m.Metrics[c.metric]
			return ok
		})
		// Where the real stack is known, the shadow's sum is not shown.
		if ok && !(c.metric == metric.EstRAMPeak && has[metric.RAMPeak]) {
			out = append(out, c)
			has[c.metric] = true
		}
	}
	return out
}

func writeTable(w io.Writer, title string, rows []row, p *profiles.Profile, scenario string) error {
	budgets := Budgets(p)
	fmt.Fprintf(w, "\n%s\n", title)
	columns := shown(rows)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	first, second := []string{"configuration"}, []string{""}
	if len(rows) > 0 {
		first[0] = rows[0].of
	}
	for _, c := range columns {
		a, b, _ := strings.Cut(c.title, "\n")
		first, second = append(first, a, ""), append(second, b, "")
	}
	fmt.Fprintln(tw, strings.Join(first, "\t")+"\t")
	fmt.Fprintln(tw, strings.Join(second, "\t")+"\t")
	var notes []note
	marked := false
	for _, r := range rows {
		line := []string{r.label}
		for i, col := range columns {
			c := r.cases.on(col.machine)
			var base *results.Case
			if r.base != nil {
				base = r.base.on(col.machine)
			}
			text := cell(c, col, i == 0)
			if c != nil && overBudget(c, col.metric, budgets) {
				text = "!" + text
			}
			by := change(c, base, col.metric)
			marked = marked || strings.HasPrefix(by, results.Drawn)
			line = append(line, text, by)
		}
		fmt.Fprintln(tw, strings.Join(line, "\t")+"\t")
		c := r.cases.on("")
		if len(c.Reference) > 0 {
			fmt.Fprintln(tw, strings.Join(referenceRow(p, c, columns), "\t")+"\t")
		}
		var base *results.Case
		if r.base != nil {
			base = r.base.on("")
		}
		for _, e := range r.cases.over(budgets) {
			notes = append(notes, note{notePlace(r, c), "! " + e})
		}
		for _, n := range caseNotes(c, base) {
			notes = append(notes, note{notePlace(r, c), n})
		}
		// What another machine adds: its own trouble.
		for _, name := range slices.Sorted(maps.Keys(r.cases)) {
			if o := r.cases[name]; o != c && o.Outcome != c.Outcome {
				for _, n := range outcomeNote(o) {
					notes = append(notes, note{notePlace(r, o) + " on " + string(name), n})
				}
			}
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if marked {
		fmt.Fprintf(w, "  %s: no more than the random draws of %d seeds make\n", results.Drawn, results.DrawSeeds)
	}
	for _, line := range append(fold(notes, len(rows)), differs(p, scenario)...) {
		fmt.Fprintln(w, "  "+line)
	}
	return nil
}

// note is what is to be said of a row.
type note struct{ place, text string }

// fold says once what is true of several of n rows.
func fold(notes []note, n int) []string {
	places := map[string][]string{}
	for _, n := range notes {
		places[n.text] = append(places[n.text], n.place)
	}
	var lines []string
	for _, note := range notes {
		if p := places[note.text]; p != nil {
			where := strings.Join(p, ", ")
			if len(p) == n && n > 1 {
				where = "each"
			}
			lines = append(lines, where+": "+note.text)
			delete(places, note.text)
		}
	}
	return lines
}

// notePlace is what a note is about.
func notePlace(r row, c *results.Case) string {
	if r.of == "configuration" {
		return c.Config
	}
	return r.label
}

// cell is a number, or what happened instead of it.
func cell(c *results.Case, col column, first bool) string {
	if c == nil {
		return "-"
	}
	failed := c.Outcome != results.OutcomeConnected
	if first && failed {
		return "fails"
	}
	v, ok := c.Metrics[col.metric]
	if !ok || failed && metric.Of(col.metric).Source != metric.Image {
		return "-"
	}
	return col.show(v)
}

// change is the difference to the configuration varied, in percent.
func change(c, base *results.Case, name string) string {
	if c == nil || base == nil || c.Outcome != results.OutcomeConnected && metric.Of(name).Source != metric.Image {
		return ""
	}
	old, ok := base.Metrics[name]
	v, ok2 := c.Metrics[name]
	switch {
	case !ok || !ok2 || old == 0:
		return ""
	case v == old:
		return "="
	}
	return base.DrawSpread.Mark(name, v-old) + quantity.Change(old, v)
}

// referenceRow sets published figures under the measured ones.
func referenceRow(p *profiles.Profile, c *results.Case, columns []column) []string {
	row := []string{"  published"}
	for _, col := range columns {
		s := ""
		if v, ok := c.Reference[col.metric]; ok {
			s = col.show(v)
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
		notes = append(notes, fmt.Sprintf(format, args...))
	}
	notes = append(notes, outcomeNote(c)...)
	for _, k := range c.Checks {
		switch {
		case base != nil && slices.Contains(base.Checks, k):
		case k.Outcome == results.OutcomeAccepted:
			note("%s", Accepts(profiles.Check(k.Name)))
		case !k.Refused:
			note("fails with %s, but not because of its fault: %s", k.Name, strings.TrimPrefix(k.Outcome, results.OutcomeOther))
		}
	}
	if base == nil {
		var lab, core, scenario []string
		for _, a := range c.Added {
			if change, ok := strings.CutSuffix(a, profiles.LabNote); ok {
				lab = append(lab, change)
			} else if change, ok := strings.CutSuffix(a, profiles.CoreNote); ok {
				core = append(core, change)
			} else if !strings.HasSuffix(a, profiles.ConfigNote) {
				scenario = append(scenario, a)
			}
		}
		if len(lab) > 0 {
			note("the lab has %s", strings.Join(lab, ", "))
		}
		if len(scenario) > 0 {
			note("the scenario added %s", strings.Join(scenario, ", "))
		}
		if len(core) > 0 {
			note("the core demanded %s", strings.Join(core, ", "))
		}
	} else if along := alongWith(c, base); len(along) > 0 {
		note("the core demanded %s along with it", strings.Join(along, ", "))
	}
	for _, warning := range c.Warnings {
		note("%s", warning)
	}
	return notes
}

// alongWith is what the core demanded of a variation and not of its base.
func alongWith(c, base *results.Case) (along []string) {
	for _, a := range c.Added {
		if change, ok := strings.CutSuffix(a, profiles.CoreNote); ok && !slices.Contains(base.Added, a) {
			along = append(along, change)
		}
	}
	return along
}

// outcomeNote says how a case ended that did not connect.
func outcomeNote(c *results.Case) []string {
	if c.Outcome == results.OutcomeConnected {
		return nil
	}
	return append([]string{c.Ended()}, c.Advice...)
}

// Accepts says in words what a must-reject check that did not refuse means.
func Accepts(check profiles.Check) string {
	switch check {
	case "expired":
		return "accepts expired certificates"
	case "wrong-name":
		return "accepts certificates of another host"
	case "unknown-ca":
		return "accepts certificates of an unknown CA"
	case "not-yet-valid":
		return "accepts certificates that are not yet valid"
	case "bad-signature":
		return "accepts certificates whose signature is wrong"
	case "wrong-key-usage":
		return "accepts certificates whose key is meant for another use"
	case "wrong-ext-key-usage":
		return "accepts certificates meant for another use: a client's as a server's"
	case "not-a-ca":
		return "accepts certificates signed by one that is no CA's"
	case "sha1-signed":
		return "accepts certificates signed with SHA-1"
	case "path-length":
		return "accepts certificates at the end of too long a path"
	case "revoked":
		return "accepts revoked certificates"
	case "weak-key":
		return "accepts certificates signed with an RSA-1024 key"
	case "no-close-notify":
		return "takes a stream that was cut off for one that ended"
	case "server-legacy-renegotiation":
		return "connects to servers without secure renegotiation (RFC 5746)"
	case "server-unasked-extension":
		return "passes over an extension of the server's that it did not ask for"
	}
	return "accepts " + string(check)
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
