// Package tuned is the result of a search of bench/study/tune, as tune.json has
// it. Reading such a file needs nothing of what made it.
package tuned

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/internal/strict"
)

// Schema is the version of File's JSON form.
const Schema = 1

// Quantity is something to minimise or to budget, by its short name, and the
// metric that holds it. Over several scenarios it is the most any takes.
type Quantity struct{ Name, Metric string }

// Computes says that the quantity is computing, not memory.
func (q Quantity) Computes() bool { return metric.Of(q.Metric).Computes() }

// Quantities in the order in which equal candidates are distinguished.
var Quantities = []Quantity{
	{"flash", metric.Flash},
	{"heap", metric.HeapPeak},
	{"ram", metric.EstRAMPeak},
	{"ticks", metric.HandshakeWasmOps},
}

// File is the result of a search, as tune.json has it.
type File struct {
	Schema     int                `json:"schema"`
	Provenance results.Provenance `json:"provenance"`
	Profile    string             `json:"profile"`
	Config     string             `json:"config"` // the configuration started from
	Scenarios  []string           `json:"scenarios"`
	Minimise   string             `json:"minimise"`
	Budgets    map[string]int64   `json:"budgets,omitempty"`
	Floor      string             `json:"floor"`
	Asked      string             `json:"asked"`            // the command that asks again
	Only       []string           `json:"only,omitempty"`   // the options tried, where not all were
	Raised     []string           `json:"raised,omitempty"` // what the floor put on before the search
	Tried      int                `json:"tried"`
	Start      Spot               `json:"start"`
	// of Start between random draws, as results.Case has it, by quantity's name
	DrawSpread results.Spread `json:"draw-spread,omitempty"`
	Chosen     Spot           `json:"chosen"`
	Binds      []string       `json:"binds,omitempty"` // budgets that can't be met
	Path       []Passed       `json:"path"`            // from the start to the chosen one, which is the last
	Steps      []Step         `json:"steps"`
	// of all quantities, least of what is minimised first; Chosen is among them
	Front      []Spot       `json:"front"`
	PassedOver []PassedOver `json:"passed-over,omitempty"` // of Front what is smaller than Chosen
	Losses     []string     `json:"losses,omitempty"`      // protections given up
	Without    []string     `json:"without,omitempty"`     // protections that the start lacks too
	// what was made smaller without a scenario that could need it
	Unshown []Unshown `json:"unshown,omitempty"`
	// nil where all was measured against the reference server
	Served *Served `json:"served,omitempty"`
	// why the search stopped before its end; then there is no Front and no Proof
	Unfinished string         `json:"unfinished,omitempty"`
	Proof      []results.Case `json:"proof"` // the chosen configuration, measured in full
}

// Spot is a point and what it costs: by quantity's name, the most over the
// scenarios.
type Spot struct {
	Options map[string]string `json:"options"` // over the configuration started from
	ARM     string            `json:"arm-compiler"`
	CA      string            `json:"root-certificate,omitempty"`
	Metrics map[string]int64  `json:"metrics"`
	Differs string            `json:"differs,omitempty"` // of the front, from Chosen
}

// PassedOver is a point with less of what is minimised that was not chosen.
type PassedOver struct {
	Metrics map[string]int64 `json:"metrics"` // by quantity's name
	Differs string           `json:"differs"` // from Chosen
	Why     string           `json:"why"`
	Budget  string           `json:"budget"` // with which the search may take as much
}

// Unshown is an option that the search turned off or lowered and that a server
// may want: no scenario asked for it, so none could show that it is needed.
type Unshown struct {
	Option string `json:"option"` // without MBEDTLS_
	Change string `json:"change"` // "off", "3584 -> 1712"
	Asks   string `json:"asks"`   // what a scenario would have to say to ask for it
}

// Step is one thing tried.
type Step struct {
	Round int    `json:"round"`
	Move  string `json:"move"`
	// by quantity's name, alone on the round's start; none where it does not connect
	Change map[string]int64 `json:"change,omitempty"`
	Kept   bool             `json:"kept"`
	Why    string           `json:"why,omitempty"` // why not
}

// Passed is a point on the way that was measured and kept, and the moves that
// together led to it from the one before.
type Passed struct {
	Moves   []string         `json:"moves"`
	Metrics map[string]int64 `json:"metrics"` // by quantity's name
}

// Text is a step's effect in one line: "-424 B flash, ~+0.1 % ticks".
func (f *File) Text(s Step) string {
	var words []string
	for _, q := range Quantities {
		d := s.Change[q.Name]
		switch {
		case d == 0:
		case q.Computes():
			words = append(words, f.Change(q, f.Start.Metrics[q.Name]+d)+" ticks")
		default:
			words = append(words, f.DrawSpread.Mark(q.Name, d)+quantity.Signed(d)+" B "+q.Name)
		}
	}
	return strings.Join(words, ", ")
}

// Change is a quantity's against the start's, in percent.
func (f *File) Change(q Quantity, n int64) string {
	was := f.Start.Metrics[q.Name]
	return f.DrawSpread.Mark(q.Name, n-was) + quantity.Change(was, n)
}

// JSON is the file's bytes: the same for the same search.
func (f *File) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(f, "", "  ")
	return append(data, '\n'), err
}

// Read reads what JSON wrote, strictly: schema 1, no unknown field, nothing
// after the end. A search that was not finished is refused with its reason.
func Read(data []byte) (*File, error) {
	// The schema first and alone: a later schema's unknown fields are not the
	// thing to complain about.
	var head struct{ Schema *int }
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if head.Schema == nil {
		return nil, fmt.Errorf("search: not a search: no \"schema\"")
	}
	if *head.Schema != Schema {
		return nil, fmt.Errorf("search: schema is %d, this program reads %d", *head.Schema, Schema)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	f := new(File)
	if err := d.Decode(f); err != nil {
		return nil, fmt.Errorf("search: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("search: something after the end")
	}
	if f.Unfinished != "" {
		return nil, fmt.Errorf("search: it was not finished: %s", f.Unfinished)
	}
	named := []map[string]int64{f.Budgets, f.Start.Metrics, f.DrawSpread, f.Chosen.Metrics}
	for _, p := range f.Path {
		named = append(named, p.Metrics)
	}
	for _, s := range f.Steps {
		named = append(named, s.Change)
	}
	for _, s := range f.Front {
		named = append(named, s.Metrics)
	}
	for _, p := range f.PassedOver {
		named = append(named, p.Metrics)
	}
	if err := checkNames(named); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	proof := &results.File{Schema: results.Schema, Provenance: f.Provenance, Cases: f.Proof}
	if err := proof.Check(); err != nil {
		return nil, fmt.Errorf("search: proof: %w", err)
	}
	return f, nil
}

// checkNames refuses unknown names of quantities.
func checkNames(sets []map[string]int64) error {
	var known []string
	for _, q := range Quantities {
		known = append(known, q.Name)
	}
	for _, set := range sets {
		for _, name := range slices.Sorted(maps.Keys(set)) {
			if !slices.Contains(known, name) {
				return strict.Unknown("quantity", name, known)
			}
		}
	}
	return nil
}
