package gate

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tlslab/bench/compare"
	"tlslab/internal/input"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/internal/strict"
)

// Accept is one change a person has looked at and taken. It names both numbers,
// so it can't let a later change through. It covers the phases' share of the
// same metric; a phase that changed while the case did not needs its own.
//
// A check that accepts what it refused before, a missing number and a budget
// can't be accepted here: the first is a hole, the second no answer, and the
// third has its own place.
type Accept struct {
	Case   string // glob over results.Case.Key: core/board/config/scenario/machine
	Metric string // or "outcome", or "must-reject:NAME"
	Phase  string // a phase's metric; empty for the case's
	From   string // the numbers as they stand in the results, or outcomes
	To     string
	Reason string
	By     string
	Source string // file and entry, for messages
}

// ReadAccept reads an accept file.
func ReadAccept(path string) ([]Accept, error) {
	data, err := input.Read(path, input.Text)
	if err != nil {
		return nil, fmt.Errorf("accept: %w", err)
	}
	a, err := ParseAccept(path, data)
	if err != nil {
		return nil, fmt.Errorf("accept: %w", err)
	}
	return a, nil
}

// ParseAccept parses an accept file strictly; path is for messages.
func ParseAccept(path string, data []byte) ([]Accept, error) {
	var file struct {
		Accept []struct {
			Case   string `toml:"case"`
			Metric string `toml:"metric"`
			Phase  string `toml:"phase"`
			From   any    `toml:"from"`
			To     any    `toml:"to"`
			Reason string `toml:"reason"`
			By     string `toml:"by"`
		} `toml:"accept"`
	}
	d := toml.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		var unknown *toml.StrictMissingError
		if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
			row, _ := unknown.Errors[0].Position()
			return nil, fmt.Errorf("%s:%d: unknown key %q", path, row, strings.Join(unknown.Errors[0].Key(), "."))
		}
		var at *toml.DecodeError
		if errors.As(err, &at) {
			row, _ := at.Position()
			return nil, fmt.Errorf("%s:%d: %w", path, row, err)
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var out []Accept
	for i, e := range file.Accept {
		a := Accept{Case: e.Case, Metric: e.Metric, Phase: e.Phase, Reason: e.Reason, By: e.By,
			Source: fmt.Sprintf("%s: accept %d", path, i+1)}
		var err error
		if a.From, err = side("from", e.From, a.number()); err != nil {
			return nil, fmt.Errorf("%s: %w", a.Source, err)
		}
		if a.To, err = side("to", e.To, a.number()); err != nil {
			return nil, fmt.Errorf("%s: %w", a.Source, err)
		}
		if err := a.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", a.Source, err)
		}
		out = append(out, a)
	}
	return out, nil
}

func (a Accept) number() bool {
	return a.Metric != outcome && !strings.HasPrefix(a.Metric, mustReject)
}

// What an entry may name beside metrics.
const (
	outcome    = "outcome"
	mustReject = "must-reject:" // and the name of a try
)

func side(key string, v any, wantNumber bool) (string, error) {
	switch v := v.(type) {
	case int64:
		if wantNumber {
			return quantity.Count(v), nil
		}
		return "", fmt.Errorf("%s: a number, want an outcome's name", key)
	case string:
		if !wantNumber {
			return v, nil
		}
		return "", fmt.Errorf("%s: a string, want a whole number without its unit", key)
	case nil:
		return "", fmt.Errorf("%s: missing: an accepted change names both sides", key)
	}
	return "", fmt.Errorf("%s: %T, want a whole number or an outcome's name", key, v)
}

func (a Accept) check() error {
	for _, k := range []struct{ name, value string }{
		{"case", a.Case}, {"metric", a.Metric}, {"from", a.From}, {"to", a.To}, {"reason", a.Reason}, {"by", a.By},
	} {
		if strings.TrimSpace(k.value) == "" {
			return fmt.Errorf("%s: missing", k.name)
		}
	}
	if _, known := metric.Lookup(a.Metric); a.number() && !known {
		return strict.Unknown("metric", a.Metric, append(metric.Names(), outcome, mustReject+"TRY"))
	}
	return nil
}

func (a Accept) matches(f *Finding) bool {
	switch f.Kind {
	case Changed:
		if a.Metric != f.What || a.Phase != f.Phase {
			return false
		}
	case Outcome:
		if a.Metric != outcome {
			return false
		}
	case Rejection:
		if a.Metric != mustReject+f.What || f.New == "accepted" {
			return false
		}
	default:
		return false
	}
	return a.From == f.Old && a.To == f.New && compare.Glob(a.Case, f.Case)
}

// accept marks the findings the entries cover and lists the entries that cover none.
func (r *Report) accept(entries []Accept) {
	for i := range entries {
		used := false
		for j := range r.Findings {
			f := &r.Findings[j]
			if !entries[i].matches(f) {
				continue
			}
			used = true
			if f.Accepted == nil {
				f.Accepted, f.Fails = &entries[i], false
			}
		}
		if !used {
			r.Stale = append(r.Stale, entries[i])
		}
	}
}
