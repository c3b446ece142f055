package calibrate

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"tlslab/internal/quantity"
)

// Provenance is what produced predictions, by run.
type Provenance struct {
	Library  string            `json:"library"`
	Source   string            `json:"source-digest"`
	Flags    []string          `json:"flags"`
	Versions map[string]string `json:"versions"`
	Board    string            `json:"board"`
}

// OwnLibrary is Provenance.Library of an image that was not built here.
const OwnLibrary = "the image's own"

// Schema is the version of the report's JSON.
const Schema = 1

// JSON is the report for programs.
func JSON(outcomes []Outcome, from map[string]Provenance) ([]byte, error) {
	type row struct {
		Operation string   `json:"operation"`
		Key       string   `json:"key,omitempty"`
		Unit      string   `json:"unit"`
		Against   string   `json:"against,omitempty"`
		Published float64  `json:"published"`
		High      float64  `json:"published-high,omitempty"`
		Predicted *float64 `json:"est-predicted"`
		Percent   *float64 `json:"error-percent"`
		Missing   string   `json:"missing,omitempty"`
	}
	type run struct {
		Name       string      `json:"name"`
		Title      string      `json:"title"`
		Figures    string      `json:"figures-from"`
		Published  string      `json:"published-library,omitempty"`
		HeapCycles float64     `json:"os-heap-cycles,omitempty"`
		Provenance *Provenance `json:"provenance,omitempty"`
		Median     *float64    `json:"median-percent"`
		Worst      *float64    `json:"worst-percent"`
		Met        *bool       `json:"goal-met"` // null: there is none, or it was not judged
		Rows       []row       `json:"rows"`
	}
	all := struct {
		Schema int   `json:"schema"`
		Runs   []run `json:"runs"`
	}{Schema: Schema}
	for _, o := range outcomes {
		r := run{Name: o.Run.Name, Title: o.Run.Title, Figures: o.Run.Source, Published: o.Run.Library,
			Median: number(o.Median), Worst: number(o.Worst)}
		if o.Judged(from) {
			met := o.Met()
			r.Met = &met
		}
		if p, ok := from[o.Run.Name]; ok {
			r.Provenance = &p
		}
		if o.Run.OS != nil {
			r.HeapCycles = o.Run.OS.HeapCycles
		}
		for _, x := range o.Results {
			j := row{Operation: x.Operation, Key: x.Key, Unit: x.Unit, Against: x.Against, Published: x.Published, High: x.High, Missing: x.Missing}
			if x.Missing == "" {
				j.Predicted, j.Percent = number(x.Predicted), number(x.Percent)
			}
			r.Rows = append(r.Rows, j)
		}
		all.Runs = append(all.Runs, r)
	}
	data, err := json.MarshalIndent(all, "", "  ")
	return append(data, '\n'), err
}

// number rounds to what can be distinguished; nil for what is none.
func number(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	v = math.Round(v*1000) / 1000
	return &v
}

// Write prints the report for people.
func Write(w io.Writer, outcomes []Outcome, from map[string]Provenance) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "run\toperation\tpredicted\tpublished\tunit\terror\n")
	for _, o := range outcomes {
		for _, r := range o.Results {
			predicted, off := quantity.Digits(r.Predicted), quantity.SignedPercent(r.Percent)
			if r.Missing != "" {
				predicted, off = "-", r.Missing
			}
			published := quantity.Digits(r.Published)
			if r.High > 0 {
				published += " to " + quantity.Digits(r.High)
			}
			unit := r.Unit
			if r.Against != "" {
				unit += ", " + r.Against
			}
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", o.Run.Name, r.name(), predicted, published, unit, off)
		}
	}
	fmt.Fprintln(tw)
	fmt.Fprintf(tw, "run\tlibrary\tpublished with\tmedian\tworst\tgoal\n")
	for _, o := range outcomes {
		goal := "-"
		if g := o.Run.Goal; g != nil {
			goal = strings.TrimPrefix(fmt.Sprintf("%s: %.0f %%, %.0f %%", g.Unit, g.Median, g.Worst), ": ")
			switch {
			case !o.Judged(from):
				goal += ": not judged"
			case !o.Met():
				goal += ": missed"
			default:
				goal += ": met"
			}
		}
		library := from[o.Run.Name].Library
		if library == "" {
			library = "-"
		}
		published := o.Run.Library
		if published == "" {
			published = "-"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", o.Run.Name, library, published, percents(o.Median), percents(o.Worst), goal)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, o := range outcomes {
		if o.Run.OS != nil {
			fmt.Fprintf(w, "\n%s: %g cycles of the operating system are in it for each malloc and free\n", o.Run.Name, o.Run.OS.HeapCycles)
		}
	}
	return nil
}

// name is an operation with its key.
func (r *Row) name() string {
	if r.Key == "" {
		return r.Operation
	}
	return r.Operation + " (" + r.Key + ")"
}

func percents(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return quantity.Percent(v)
}
