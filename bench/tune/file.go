package tune

import (
	"fmt"
	"strings"

	"tlslab/bench/results"
)

// Schema is the version of File's JSON form.
const Schema = 1

// File is what a search came to, as tune.json has it.
type File struct {
	Schema     int                `json:"schema"`
	Provenance results.Provenance `json:"provenance"`
	Profile    string             `json:"profile"`
	Config     string             `json:"config"` // the configuration started from
	Scenarios  []string           `json:"scenarios"`
	Minimise   string             `json:"minimise"`
	Budgets    map[string]int64   `json:"budgets,omitempty"`
	Floor      string             `json:"floor"`
	Raised     []string           `json:"raised,omitempty"` // what the floor put on before the search
	Tried      int                `json:"tried"`
	Start      Spot               `json:"start"`
	Chosen     Spot               `json:"chosen"`
	Binds      []string           `json:"binds,omitempty"` // budgets that can't be met
	Steps      []Step             `json:"steps"`
	Front      []Spot             `json:"front"`
	Losses     []string           `json:"losses,omitempty"`     // protections given up
	Without    []string           `json:"without,omitempty"`    // protections that the start lacks too
	Served     *Served            `json:"served,omitempty"`     // nil where all was measured against the reference server
	Unfinished string             `json:"unfinished,omitempty"` // why the search stopped before its end; then there is no Front and no Proof
	Proof      []results.Case     `json:"proof"`                // the chosen configuration, measured in full
}

// Spot is a point and what it costs: by quantity's name, the most over the
// scenarios.
type Spot struct {
	Options map[string]string `json:"options"` // over the configuration started from
	ARM     string            `json:"arm-compiler"`
	CA      string            `json:"root-certificate,omitempty"`
	Metrics map[string]int64  `json:"metrics"`
	Differs string            `json:"differs,omitempty"` // from the spot before it on the front
}

func spot(r Result) Spot {
	s := Spot{Options: map[string]string{}, ARM: r.ARM, CA: r.CA, Metrics: map[string]int64{}}
	for _, c := range r.Changes() {
		_, value, _ := strings.Cut(c.String(), "=")
		s.Options[c.Option] = value
	}
	for _, q := range Quantities {
		s.Metrics[q.Name] = r.Metrics[q.Metric]
	}
	return s
}

// NewFile is the part of a File that the search itself knows.
func NewFile(out *Outcome, g *Goal) *File {
	f := &File{Schema: Schema, Minimise: g.Minimise.Name, Tried: out.Tried, Start: spot(out.Start), Chosen: spot(out.Chosen),
		Binds: out.Binds, Steps: out.Steps, Budgets: map[string]int64{}}
	for _, b := range g.Budgets {
		f.Budgets[b.Name] = b.Most
	}
	before := out.Chosen
	for i, r := range out.Front {
		s := spot(r)
		if s.Differs = differs(before.Point, r.Point); i == 0 {
			s.Differs = differs(out.Chosen.Point, r.Point)
		}
		before = r
		f.Front = append(f.Front, s)
	}
	return f
}

// differs is what sets b apart from a.
func differs(a, b Point) string {
	var words []string
	for _, c := range b.Changes() {
		if old, ok := a.Options[c.Option]; !ok || old != c {
			words = append(words, c.String())
		}
	}
	for _, c := range a.Changes() {
		if _, ok := b.Options[c.Option]; !ok {
			words = append(words, c.Option+" as at the start")
		}
	}
	if a.ARM != b.ARM {
		words = append(words, "gcc "+b.ARM)
	}
	if a.CA != b.CA {
		words = append(words, "root as "+strings.ToUpper(b.CA))
	}
	if len(words) == 0 {
		return "the chosen point"
	}
	return strings.Join(words, ", ")
}

// Text is a step's effect in one line: "-424 B flash, +6.1 % ticks".
func (s Step) Text(start map[string]int64) string {
	var words []string
	for _, q := range Quantities {
		d := s.Change[q.Name]
		switch {
		case d == 0:
		case q.Name == "ticks":
			words = append(words, fmt.Sprintf("%+.1f %% ticks", 100*float64(d)/float64(max(1, start[q.Name]))))
		default:
			words = append(words, fmt.Sprintf("%+d B %s", d, q.Name))
		}
	}
	return strings.Join(words, ", ")
}
