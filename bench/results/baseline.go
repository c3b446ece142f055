package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tlslab/internal/metric"
)

// A baseline is a results file in the form that is committed: text that a
// person reviews, one line for each number of a case, for each phase and for
// each function. It is 1/10 of the JSON: a function's counts in all cases are
// one line, and what is the same is written once.
//
//	tlslab baseline 1
//	provenance
//	 tool "tlslab 0.1.0"
//	 digests
//	  board "7fc4…"
//	case
//	 core "mbedtls-2.28"
//	 added ^2                         as in the case two before
//	 metrics
//	  allocs 9838
//	 phases allocs heap-peak-B wasm-ops
//	  init 6 9980 277650
//	  close ^1
//	 checks
//	  expired refused "X509_…"
//	columns * code-B                   of the image, in every case
//	columns wasm wasm-ops              of a run on that machine
//	functions 1-3 7                    the cases that have functions
//	 mbedtls_mpi_exp_mod 12*4 | 9 8,=1*2
//	complete 7
//
// A function's line has a part for each line of columns. A part has, for each
// case in order, the columns' numbers with commas between; "-" where the case
// has none, "=2" for the second that the part names, "*3" for three in a row.
const baselineHead = "tlslab baseline 1"

// BaselineExt ends the name of a baseline's file.
const BaselineExt = ".baseline"

// Baseline is a file without what is not gated: curves, trees and data, what
// names stand for, where functions are from, what they did in each phase, and a
// model's estimates of them. The functions of variations, which differ from their configuration's in
// few, are left out too unless asked for.
func (f *File) Baseline(functions bool) *File {
	g := f.sorted()
	p := &g.Provenance
	p.Cores, p.Boards, p.Scenarios, p.Budgets, p.Estimates = nil, nil, nil, nil, nil
	for i := range g.Cases {
		c := &g.Cases[i]
		c.dropBulk()
		if c.Option != "" && !functions {
			c.Functions = nil
		}
		for k := range c.Functions {
			m := maps.Clone(c.Functions[k].Metrics)
			maps.DeleteFunc(m, func(name string, _ int64) bool { return metric.Of(name).Worth == metric.Estimated })
			c.Functions[k] = Function{Name: c.Functions[k].Name, Metrics: m}
		}
	}
	return g
}

// dropBulk drops the lists of a case that a baseline has no place for.
func (c *Case) dropBulk() {
	c.HeapCurve, c.Work, c.Tree, c.Image, c.RAM = nil, nil, nil, nil, nil
	c.Headroom, c.Floor, c.Changes, c.Kind = nil, nil, nil, ""
}

// WriteBaseline writes f.Baseline to path, whole or not at all.
func WriteBaseline(path string, f *File, functions bool) error {
	if err := f.Check(); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	data, err := f.Baseline(functions).baselineText()
	if err != nil {
		return fmt.Errorf("results: %w", err)
	}
	if err := makeDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	if err := WriteWhole(path, data); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	return nil
}

// baselineText is a file that Baseline made, as text.
func (f *File) baselineText() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(baselineHead + "\nprovenance\n")
	whole := func(_, value string) string { return value }
	if err := writeFields(&b, f.Provenance, whole, "digests", "versions", "flags"); err != nil {
		return nil, err
	}
	said := saidBefore{}
	for i := range f.Cases {
		b.WriteString("case\n")
		if err := f.Cases[i].baselineText(&b, i, said); err != nil {
			return nil, err
		}
	}
	if err := writeFunctions(&b, f.Cases); err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, "complete %d\n", len(f.Cases))
	return b.Bytes(), nil
}

func (c Case) baselineText(b *bytes.Buffer, number int, said saidBefore) error {
	head := c
	head.Phases, head.Functions, head.Checks = nil, nil, nil
	short := func(name, value string) string { return said.short(number, name, value) }
	if err := writeFields(b, head, short, "metrics"); err != nil {
		return err
	}
	if len(c.Phases) > 0 {
		columns := columnsOf(c.Phases, func(p Phase) map[string]int64 { return p.Metrics })
		b.WriteString(" phases " + strings.Join(columns, " ") + "\n")
		for _, p := range c.Phases {
			row := numbers(p.Metrics, columns, " ")
			if row == "" {
				row = none
			}
			key := "phase " + string(p.Name) + " " + strings.Join(columns, " ")
			fmt.Fprintf(b, "  %s %s\n", p.Name, said.short(number, key, row))
		}
	}
	if len(c.Checks) > 0 {
		b.WriteString(" checks\n")
	}
	for _, k := range c.Checks {
		outcome, err := compact(k.Outcome)
		if err != nil {
			return err
		}
		word := notRefused
		if k.Refused {
			word = refused
		}
		fmt.Fprintf(b, "  %s %s %s\n", k.Name, word, outcome)
	}
	return nil
}

const (
	refused    = "refused"
	notRefused = "not-refused"
)

// saidBefore is which case said a value of something last.
type saidBefore map[[2]string]int

// short is value, or what stands for it where a case before said the same.
func (s saidBefore) short(number int, name, value string) string {
	key := [2]string{name, value}
	last, before := s[key]
	s[key] = number
	if again := asBefore + strconv.Itoa(number-last); before && len(again) < len(value) {
		return again
	}
	return value
}

// asBefore begins what stands for the value of a case so many before.
const asBefore = "^"

// numbers are those of columns with sep between, "-" where there is none.
func numbers(m map[string]int64, columns []string, sep string) string {
	words := make([]string, len(columns))
	for i, name := range columns {
		words[i] = none
		if n, ok := m[name]; ok {
			words[i] = strconv.FormatInt(n, 10)
		}
	}
	return strings.Join(words, sep)
}

const none = "-"

// columnsOf are the names of all metrics of some parts, sorted.
func columnsOf[T any](parts []T, of func(T) map[string]int64) []string {
	all := map[string]bool{}
	for _, p := range parts {
		for name := range of(p) {
			all[name] = true
		}
	}
	return sortedKeys(all)
}

// writeFields writes a struct's JSON fields, one a line as short makes it; open
// are those that have a line for each key.
func writeFields(b *bytes.Buffer, v any, short func(name, value string) string, open ...string) error {
	data, err := compact(v)
	if err != nil {
		return err
	}
	d := json.NewDecoder(strings.NewReader(data))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		name := key.(string)
		if !slices.Contains(open, name) || raw[0] != '{' {
			fmt.Fprintf(b, " %s %s\n", name, short(name, string(raw)))
			continue
		}
		fmt.Fprintf(b, " %s\n", name)
		var inner map[string]json.RawMessage
		if err := json.Unmarshal(raw, &inner); err != nil {
			return err
		}
		for _, k := range sortedKeys(inner) {
			fmt.Fprintf(b, "  %s %s\n", k, inner[k])
		}
	}
	return nil
}

// compact is v as JSON on one line, without HTML escapes.
func compact(v any) (string, error) {
	var b bytes.Buffer
	if err := encode(&b, v, "", ""); err != nil {
		return "", err
	}
	return b.String(), nil
}

// part is one line of columns: metrics of a machine, or of the image.
type part struct {
	machine metric.Machine // everywhere for the image's
	columns []string
}

const everywhere = "*"

// partsOf are the parts of the functions' lines.
func partsOf(cases []*Case) []part {
	byMachine := map[metric.Machine]map[string]bool{}
	for _, c := range cases {
		for _, f := range c.Functions {
			for name := range f.Metrics {
				at := c.Machine
				if metric.Of(name).Source == metric.Image {
					at = everywhere
				}
				if byMachine[at] == nil {
					byMachine[at] = map[string]bool{}
				}
				byMachine[at][name] = true
			}
		}
	}
	var out []part
	for _, machine := range sortedKeys(byMachine) { // "*" sorts before every name
		out = append(out, part{machine, sortedKeys(byMachine[machine])})
	}
	return out
}

func writeFunctions(b *bytes.Buffer, all []Case) error {
	var cases []*Case
	var at []int
	counts := map[string][]map[string]int64{} // by function, for each of cases
	for i := range all {
		if len(all[i].Functions) > 0 {
			cases, at = append(cases, &all[i]), append(at, i+1)
		}
	}
	for i, c := range cases {
		for _, f := range c.Functions {
			if len(f.Metrics) == 0 || strings.ContainsAny(f.Name, " \n") {
				return fmt.Errorf("case %d (%s): function %q: a baseline has no place for its name, or nothing was counted of it", at[i], c.Key(), f.Name)
			}
			if counts[f.Name] == nil {
				counts[f.Name] = make([]map[string]int64, len(cases))
			}
			counts[f.Name][i] = f.Metrics
		}
	}
	if len(cases) == 0 {
		return nil
	}
	parts := partsOf(cases)
	for _, p := range parts {
		fmt.Fprintf(b, "columns %s %s\n", p.machine, strings.Join(p.columns, " "))
	}
	fmt.Fprintf(b, "functions %s\n", ranges(at))
	for _, name := range sortedKeys(counts) {
		b.WriteString(" " + name)
		for i, p := range parts {
			if i > 0 {
				b.WriteString(" |")
			}
			b.WriteString(p.text(cases, counts[name]))
		}
		b.WriteByte('\n')
	}
	return nil
}

// text is the part of a function's line, with a blank before each word; "" where
// no case has a number.
func (p part) text(cases []*Case, counts []map[string]int64) string {
	var b strings.Builder
	seen := map[string]string{}
	last, times, some := "", 0, false
	end := func() {
		if times > 1 {
			fmt.Fprintf(&b, "*%d", times)
		}
	}
	for i, m := range counts {
		if p.machine != everywhere && cases[i].Machine != p.machine {
			continue
		}
		row := numbers(m, p.columns, ",")
		if strings.Trim(row, none+",") == "" {
			row = none
		} else {
			some = true
		}
		if row == last {
			times++
			continue
		}
		end()
		last, times = row, 1
		word := row
		if again := seen[row]; again != "" && len(again) < len(row) {
			word = again
		} else if again == "" && row != none {
			seen[row] = "=" + strconv.Itoa(len(seen)+1)
		}
		b.WriteString(" " + word)
	}
	end()
	if !some {
		return ""
	}
	return b.String()
}

// ranges writes rising numbers: "1-3 7".
func ranges(ns []int) string {
	var words []string
	for i := 0; i < len(ns); {
		k := i
		for k+1 < len(ns) && ns[k+1] == ns[k]+1 {
			k++
		}
		word := strconv.Itoa(ns[i])
		if k > i {
			word += "-" + strconv.Itoa(ns[k])
		}
		words, i = append(words, word), k+1
	}
	return strings.Join(words, " ")
}
