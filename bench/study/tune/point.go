package tune

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/profiles"
)

// Point is a candidate: options put to values over the start, and what a build
// has beside its header.
type Point struct {
	Options map[string]profiles.Change // by option, without MBEDTLS_
	ARM     string                     // the ARM compiler's options: "-O2", "-Os -flto"
	CA      string                     // the root certificate's form in flash: "pem", "der"
}

// with is the point with further choices; "" leaves one as it is.
func (p Point) with(changes []profiles.Change, arm, ca string) Point {
	q := Point{maps.Clone(p.Options), p.ARM, p.CA}
	if q.Options == nil {
		q.Options = map[string]profiles.Change{}
	}
	for _, c := range changes {
		q.Options[c.Option] = c
	}
	if arm != "" {
		q.ARM = arm
	}
	if ca != "" {
		q.CA = ca
	}
	return q
}

// Changes are the options' changes, sorted by option.
func (p Point) Changes() []profiles.Change {
	var out []profiles.Change
	for _, name := range slices.Sorted(maps.Keys(p.Options)) {
		out = append(out, p.Options[name])
	}
	return out
}

// Key names the point: equal for equal points.
func (p Point) Key() string {
	words := []string{p.ARM, p.CA}
	for _, c := range p.Changes() {
		words = append(words, c.String())
	}
	return strings.Join(words, " ")
}

// Result is what a candidate costs.
type Result struct {
	Point
	OK      bool             // every scenario connects and, where asked for, every check refuses
	Why     string           // why not
	Metrics map[string]int64 // of each quantity the most over the scenarios; nil where one did not connect
	Cases   []results.Case   // one a scenario
}

// Measure measures candidates, in any order, and returns their results in
// theirs. checked asks for the must-reject tries too. An error is the tool's.
type Measure func(ctx context.Context, points []Point, checked bool) ([]Result, error)

// Judge makes a candidate's result of its cases. refuse are the checks that
// have to refuse, where checked.
func Judge(p Point, cases []results.Case, refuse []profiles.Check, checked bool) Result {
	r := Result{Point: p, OK: true, Cases: cases, Metrics: map[string]int64{}}
	fail := func(format string, args ...any) {
		if r.OK {
			r.OK, r.Why = false, fmt.Sprintf(format, args...)
		}
	}
	for _, c := range cases {
		if c.Outcome != results.OutcomeConnected {
			fail("%s: %s", c.Scenario, c.Ended())
			continue
		}
		for _, k := range c.Checks {
			if checked && !k.Refused && slices.Contains(refuse, profiles.Check(k.Name)) {
				fail("%s: %s is not refused (%s)", c.Scenario, k.Name, k.Outcome)
			}
		}
		for _, q := range Quantities {
			v, ok := c.Metrics[q.Metric]
			if !ok {
				fail("%s: no %s was measured", c.Scenario, q.Metric)
			}
			r.Metrics[q.Metric] = max(r.Metrics[q.Metric], v)
		}
		if over := c.Metrics[metric.FlashOver] + c.Metrics[metric.RAMOver]; over > 0 {
			fail("%s: exceeds the board's memory by %s", c.Scenario, quantity.Bytes(over))
		}
	}
	if !r.OK && slices.ContainsFunc(cases, func(c results.Case) bool { return c.Outcome != results.OutcomeConnected }) {
		r.Metrics = nil
	}
	return r
}

// With is the point with options changed.
func (p Point) With(changes []profiles.Change) Point { return p.with(changes, "", "") }
