package gate

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results"
)

// How many phases and functions an explanation names: enough for the usual
// cause, few enough to be read.
const (
	topPhases    = 3
	topFunctions = 5
)

// explain says where a change of a case's metric came from: its option, the
// phases and the functions that moved most.
func (c *comparison) explain(was, is *results.Case, metric string) []string {
	out := option(is)
	if base := c.base(is); base != "" {
		o, n := c.old[base], c.new[base]
		if o != nil && n != nil && !differs(o.Metrics, n.Metrics, metric) {
			out = append(out, fmt.Sprintf("%s itself did not change: only this value of the option did", is.Base))
		}
	}
	var phases []move
	o, n := phaseMap(was), phaseMap(is)
	for _, p := range phaseOrder(was, is) {
		phases = moved(phases, p, o[p], n[p], metric)
	}
	out = append(out, top("phases", phases, topPhases)...)

	// Functions know their instructions and their bytes of flash; the latter
	// explain whatever the code's size is a part of.
	of := metric
	switch metric {
	case results.RO, results.ROM, results.Flash, results.FlashOver:
		of = results.Code
	}
	var functions []move
	fo, fn := functionMap(was), functionMap(is)
	for _, name := range keysOf(fo, fn) {
		functions = moved(functions, name, fo[name], fn[name], of)
	}
	what := "functions"
	if of != metric {
		what = "functions by " + of
	}
	return append(out, top(what, functions, topFunctions)...)
}

// option names a variation's option.
func option(c *results.Case) []string {
	if c.Option == "" {
		return nil
	}
	return []string{fmt.Sprintf("varies %s: %s=%s", c.Base, c.Option, c.Value)}
}

// base is the key of the case a variation varies.
func (c *comparison) base(v *results.Case) string {
	if v.Base == "" {
		return ""
	}
	b := *v
	b.Config = v.Base
	return b.Key()
}

type move struct {
	name     string
	old, new int64
	had, has bool
}

func moved(ms []move, name string, old, new map[string]int64, metric string) []move {
	o, had := old[metric]
	n, has := new[metric]
	if !had && !has || o == n && had == has {
		return ms
	}
	return append(ms, move{name, o, n, had, has})
}

func top(what string, ms []move, n int) []string {
	if len(ms) == 0 {
		return nil
	}
	slices.SortStableFunc(ms, func(a, b move) int {
		x, y := abs(a.new-a.old), abs(b.new-b.old)
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	var parts []string
	for _, m := range ms[:min(n, len(ms))] {
		s := m.name + " " + delta(m.old, m.new)
		switch {
		case !m.had:
			s = m.name + " new, +" + number(m.new)
		case !m.has:
			s = m.name + " gone, -" + number(m.old)
		}
		parts = append(parts, s)
	}
	line := what + ": " + strings.Join(parts, "; ")
	if more := len(ms) - n; more > 0 {
		line += fmt.Sprintf("; %d more", more)
	}
	return []string{line}
}

func functionMap(c *results.Case) map[string]map[string]int64 {
	m := make(map[string]map[string]int64, len(c.Functions))
	for _, f := range c.Functions {
		m[f.Name] = f.Metrics
	}
	return m
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
