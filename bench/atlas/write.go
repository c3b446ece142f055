package atlas

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"

	"tlslab/bench/results"
)

// JSON is the atlas as a file.
func (a *File) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(a, "", " ")
	return append(data, '\n'), err
}

// Read reads what JSON wrote.
func Read(data []byte) (*File, error) {
	a := new(File)
	if err := json.Unmarshal(data, a); err != nil {
		return nil, fmt.Errorf("atlas: %w", err)
	}
	if a.Schema != Schema {
		return nil, fmt.Errorf("atlas: schema is %d, this program reads %d", a.Schema, Schema)
	}
	return a, nil
}

// CSV is a line for each base, option and scenario: the change of each metric,
// empty where there is none.
func (a *File) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(append([]string{"base", "option", "was", "is", "with", "scenario", "outcome", "lost-checks", "gained-checks"}, a.Metrics...))
	for _, e := range a.Entries {
		for _, c := range e.Cells {
			row := []string{e.Base, e.Option, e.Was, e.Is, strings.Join(e.With, " "), c.Scenario, c.Outcome, strings.Join(c.Lost, " "), strings.Join(c.Gained, " ")}
			for _, m := range a.Metrics {
				v := ""
				if d, ok := c.Change[m]; ok {
					v = fmt.Sprint(d)
				}
				row = append(row, v)
			}
			w.Write(row)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// Markdown is a table for each base and scenario: what changes something, by
// option; the rest in one line.
func (a *File) Markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# What each option costs: %s on %s, machine %s\n\n", a.Provenance.Versions["core"], a.Board, a.Machine)
	b.WriteString("Each option turned alone, all else as the base has it; what check_config.h\nmakes go along is named. Differences from the base; empty is none.\n")
	for _, base := range a.Bases {
		for _, s := range a.Scenarios {
			values, ok := base.Values[s]
			if !ok {
				continue
			}
			fmt.Fprintf(&b, "\n## %s, %s\n\n", base.Config, s)
			a.table(&b, base.Config, s, values)
		}
	}
	return b.Bytes()
}

func (a *File) table(b *bytes.Buffer, base, scenario string, values map[string]int64) {
	ticks := func(m string) bool {
		return strings.HasSuffix(m, "ops") || strings.HasSuffix(m, "insns") || strings.HasSuffix(m, "cycles")
	}
	b.WriteString("| option | to | with |")
	for _, m := range a.Metrics {
		fmt.Fprintf(b, " %s |", m)
	}
	b.WriteString(" still connects, gives up |\n|---|---|---|" + strings.Repeat("---:|", len(a.Metrics)) + "---|\n| *base* | | |")
	for _, m := range a.Metrics {
		fmt.Fprintf(b, " %d |", values[m])
	}
	b.WriteString(" |\n")
	var same []string
	for _, e := range a.Entries {
		for _, c := range e.Cells {
			if e.Base != base || c.Scenario != scenario {
				continue
			}
			if c.Same && e.Weakens == "" {
				same = append(same, e.Option+"="+e.Is)
				continue
			}
			fmt.Fprintf(b, "| %s | %s | %s |", e.Option, e.Is, strings.Join(e.With, " "))
			for _, m := range a.Metrics {
				d, ok := c.Change[m]
				switch {
				case !ok:
					b.WriteString(" |")
				case ticks(m):
					fmt.Fprintf(b, " %+.1f %% |", 100*float64(d)/float64(max(1, values[m])))
				default:
					fmt.Fprintf(b, " %+d |", d)
				}
			}
			fmt.Fprintf(b, " %s |\n", remarks(&e, &c))
		}
	}
	if len(same) > 0 {
		fmt.Fprintf(b, "\nChange nothing: %s.\n", strings.Join(same, ", "))
	}
}

// remarks says what a flip breaks or gives up.
func remarks(e *Entry, c *Cell) string {
	var words []string
	if c.Outcome != results.OutcomeConnected {
		words = append(words, "**no**: "+c.Outcome)
	}
	if len(c.Lost) > 0 {
		words = append(words, "**accepts "+strings.Join(c.Lost, ", ")+"**")
	}
	if len(c.Gained) > 0 {
		words = append(words, "refuses "+strings.Join(c.Gained, ", "))
	}
	if e.Weakens != "" {
		words = append(words, e.Weakens)
	}
	return strings.ReplaceAll(strings.Join(words, "; "), "|", `\|`)
}
