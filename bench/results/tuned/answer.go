package tuned

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Answer is what a search is held to: its question and its result. It is
// small enough to be committed: no step and no case.
type Answer struct {
	Schema  int                `json:"schema"`
	Asked   string             `json:"asked"` // the command that asks again
	Core    string             `json:"core"`  // its version
	Tried   int                `json:"tried"`
	Start   map[string]int64   `json:"start"` // by quantity's name
	Chosen  Spot               `json:"chosen"`
	Front   []map[string]int64 `json:"front"`
	Binds   []string           `json:"binds,omitempty"`
	Unshown []Unshown          `json:"unshown,omitempty"`
}

// Answer is the part of a search that a baseline holds.
func (f *File) Answer() *Answer {
	a := &Answer{Schema: Schema, Asked: f.Asked, Core: f.Provenance.Versions["core"], Tried: f.Tried,
		Start: f.Start.Metrics, Chosen: f.Chosen, Binds: f.Binds, Unshown: f.Unshown}
	for _, s := range f.Front {
		a.Front = append(a.Front, s.Metrics)
	}
	return a
}

// JSON is the answer's bytes: the same for the same search.
func (a *Answer) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(a, "", "  ")
	return append(data, '\n'), err
}

// ReadAnswer reads what JSON wrote, strictly.
func ReadAnswer(data []byte) (*Answer, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	a := new(Answer)
	if err := d.Decode(a); err != nil {
		return nil, fmt.Errorf("tuned baseline: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("tuned baseline: something after the end")
	}
	if a.Schema != Schema {
		return nil, fmt.Errorf("tuned baseline: schema is %d, this program reads %d", a.Schema, Schema)
	}
	if a.Asked == "" || len(a.Chosen.Metrics) == 0 || len(a.Front) == 0 {
		return nil, fmt.Errorf("tuned baseline: has no question, no chosen point or no front")
	}
	if err := checkNames(append([]map[string]int64{a.Start, a.Chosen.Metrics}, a.Front...)); err != nil {
		return nil, fmt.Errorf("tuned baseline: %w", err)
	}
	return a, nil
}

// Differs lists what of an answer is not as it was, a line each; none for the
// same. That the two are answers to one question is for the caller to see.
func (a *Answer) Differs(was *Answer) []string {
	var out []string
	differ := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if a.Core != was.Core {
		differ("core: %q, was %q", a.Core, was.Core)
	}
	for _, p := range []struct {
		of      string
		is, was map[string]int64
	}{{"start", a.Start, was.Start}, {"chosen", a.Chosen.Metrics, was.Chosen.Metrics}} {
		for _, q := range Quantities {
			if is, w := p.is[q.Name], p.was[q.Name]; is != w {
				differ("%s: %s %d, was %d (%+d)", p.of, q.Name, is, w, is-w)
			}
		}
	}
	for _, line := range settingsDiffer(a.Chosen, was.Chosen) {
		differ("chosen: %s", line)
	}
	for _, p := range missing(was.Front, a.Front) {
		differ("front: lost %s", words(p))
	}
	for _, p := range missing(a.Front, was.Front) {
		differ("front: new %s", words(p))
	}
	if !slices.Equal(a.Binds, was.Binds) {
		differ("budgets exceeded: %q, was %q", a.Binds, was.Binds)
	}
	if !slices.Equal(a.Unshown, was.Unshown) {
		differ("not shown to be unneeded: %v, was %v", a.Unshown, was.Unshown)
	}
	if a.Tried != was.Tried {
		differ("tried: %d, was %d", a.Tried, was.Tried)
	}
	return out
}

// settingsDiffer says in what two configurations differ.
func settingsDiffer(a, was Spot) []string {
	var out []string
	all := map[string]bool{}
	for _, m := range []map[string]string{a.Options, was.Options} {
		for name := range m {
			all[name] = true
		}
	}
	said := func(m map[string]string, name string) string {
		if v, there := m[name]; there {
			return v
		}
		return "as at the start"
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if is, w := said(a.Options, name), said(was.Options, name); is != w {
			out = append(out, fmt.Sprintf("%s %s, was %s", name, is, w))
		}
	}
	if a.ARM != was.ARM {
		out = append(out, fmt.Sprintf("gcc %s, was %s", a.ARM, was.ARM))
	}
	if a.CA != was.CA {
		out = append(out, fmt.Sprintf("root certificate as %s, was %s", a.CA, was.CA))
	}
	return out
}

// missing are the points of a that b does not have.
func missing(a, b []map[string]int64) (out []map[string]int64) {
	for _, p := range a {
		if !slices.ContainsFunc(b, func(q map[string]int64) bool { return maps.Equal(p, q) }) {
			out = append(out, p)
		}
	}
	return out
}

func words(metrics map[string]int64) string {
	var w []string
	for _, q := range Quantities {
		w = append(w, fmt.Sprintf("%s %d", q.Name, metrics[q.Name]))
	}
	return strings.Join(w, ", ")
}
