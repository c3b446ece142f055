package compare

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// Schema is the version of the JSON form.
const Schema = 1

// file is the JSON form: nothing is folded but what is the same.
type file struct {
	Schema int      `json:"schema"`
	Causes []string `json:"causes"` // what produced the files differently
	Notes  []string `json:"notes"`
	Same   []string `json:"unchanged"` // keys of the cases that don't differ
	Cases  []pair   `json:"cases"`     // the others
}

type pair struct {
	Case      string         `json:"case"`          // key in the new file, or in the old where the new one has none
	Was       string         `json:"was,omitempty"` // key in the old file where that is another
	State     string         `json:"state"`         // "changed", "new" or "gone"
	Config    string         `json:"config"`
	Variation string         `json:"variation,omitempty"` // "OPTION=VALUE", several with blanks between
	Scenario  string         `json:"scenario"`
	Machine   metric.Machine `json:"machine"`
	Outcome   []string       `json:"outcome,omitempty"` // old and new, where they differ
	Inputs    []string       `json:"inputs,omitempty"`
	Checks    []check        `json:"checks,omitempty"`
	Metrics   []number       `json:"metrics,omitempty"`
	Phases    []number       `json:"phases,omitempty"`
	Functions []number       `json:"functions,omitempty"` // of the whole run, or of the image
	// What is the same, and the file that has no functions of the case.
	SamePhases    int    `json:"unchanged-phases"`
	SameFunctions int    `json:"unchanged-functions"`
	LackFunctions string `json:"functions-missing-in,omitempty"`
}

// number is one that changed; null on a side that has none.
type number struct {
	Name   string `json:"name,omitempty"` // of the phase or function
	Metric string `json:"metric"`
	Old    *int64 `json:"old"`
	New    *int64 `json:"new"`
	By     int64  `json:"by"`
}

type check struct {
	Name string         `json:"name"`
	Old  *results.Check `json:"old"`
	New  *results.Check `json:"new"`
	Lost bool           `json:"lost,omitempty"` // refused before, and no more
}

// WriteJSON writes the report with every change of every case: the same bytes
// for the same files.
func (r *Report) WriteJSON(w io.Writer) error {
	f := file{Schema: Schema, Causes: notNil(r.Causes), Notes: notNil(slices.Concat(r.Notes, r.Lacks)), Same: []string{}, Cases: []pair{}}
	for _, p := range r.Pairs {
		if p.Differs() {
			f.Cases = append(f.Cases, p.json())
		} else {
			f.Same = append(f.Same, p.Case().Key())
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(f); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (p *Pair) json() pair {
	c := p.Case()
	j := pair{Case: c.Key(), State: "changed", Config: c.Config, Variation: Variation(c), Scenario: c.Scenario, Machine: c.Machine,
		SamePhases: p.SamePhases, SameFunctions: p.SameFunctions, LackFunctions: p.LackFunctions}
	switch {
	case p.Old == nil:
		j.State = "new"
	case p.New == nil:
		j.State = "gone"
	case p.Old.Key() != c.Key():
		j.Was = p.Old.Key()
	}
	if p.Outcome {
		j.Outcome = []string{string(p.Old.Outcome), string(p.New.Outcome)}
	}
	for _, in := range p.Inputs {
		j.Inputs = append(j.Inputs, in.Text)
	}
	for _, k := range p.Checks {
		j.Checks = append(j.Checks, check{k.Name, k.Old, k.New, k.Lost()})
	}
	for _, it := range p.Items {
		j.Metrics = append(j.Metrics, numbers(it.Metrics)...)
		j.Phases = append(j.Phases, numbers(it.Phases)...)
		j.Functions = append(j.Functions, numbers(it.Functions)...)
	}
	return j
}

func numbers(cs []Change) []number {
	var out []number
	for _, c := range cs {
		n := number{Name: c.Name, Metric: c.Metric, By: c.By()}
		if c.Had {
			n.Old = &c.Old
		}
		if c.Has {
			n.New = &c.New
		}
		out = append(out, n)
	}
	return out
}

func notNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
