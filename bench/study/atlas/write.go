package atlas

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tlslab/bench/results"
)

// JSON is the atlas as a file: the same bytes for the same data.
func (a *File) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // "<" in a compiler's version stays "<"
	e.SetIndent("", " ")
	err := e.Encode(a)
	return b.Bytes(), err
}

// CSV is a line for each base, option and scenario: what each metric changes
// by, 0 for not at all, empty where the flip has no number to compare.
func (a *File) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(append([]string{"base", "option", "was", "is", "with", "scenario", "outcome", "lost-checks", "gained-checks", "unshown-checks"}, a.Metrics...))
	for _, e := range a.Entries {
		values := a.values(e.Base)
		for _, c := range e.Cells {
			row := []string{e.Base, e.Option, e.Was, e.Is, strings.Join(e.With, " "), c.Scenario, string(c.Outcome),
				strings.Join(c.Lost, " "), strings.Join(c.Gained, " "), strings.Join(c.Unshown, " ")}
			for _, m := range a.Metrics {
				text := ""
				if _, ok := values[c.Scenario][m]; ok && !slices.Contains(c.Missing, m) {
					text = strconv.FormatInt(c.Change[m], 10)
				}
				row = append(row, text)
			}
			w.Write(row)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// values are a base's own numbers, by scenario and metric.
func (a *File) values(base string) map[string]map[string]int64 {
	for _, b := range a.Bases {
		if b.Config == base {
			return b.Values
		}
	}
	return nil
}

// WriteJSON writes the atlas to path, whole or not at all.
func (a *File) WriteJSON(path string) error { return write(path, a.JSON) }

// WriteCSV writes CSV to path, whole or not at all.
func (a *File) WriteCSV(path string) error { return write(path, a.CSV) }

// WriteMarkdown writes Markdown to path, whole or not at all.
func (a *File) WriteMarkdown(path string) error {
	return write(path, func() ([]byte, error) { return a.Markdown(), nil })
}

func write(path string, form func() ([]byte, error)) error {
	data, err := form()
	if err == nil {
		err = results.WriteWhole(path, data)
	}
	if err != nil {
		return fmt.Errorf("atlas: %w", err)
	}
	return nil
}
