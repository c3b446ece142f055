package tune

import (
	"strings"

	"tlslab/bench/results/tuned"
)

func spot(r Result) tuned.Spot {
	s := tuned.Spot{Options: map[string]string{}, ARM: r.ARM, CA: r.CA, Metrics: named(r)}
	for _, c := range r.Changes() {
		_, value, _ := strings.Cut(c.String(), "=")
		s.Options[c.Option] = value
	}
	return s
}

// named are a result's metrics by the quantities' names.
func named(r Result) map[string]int64 {
	out := map[string]int64{}
	for _, q := range Quantities {
		out[q.Name] = r.Metrics[q.Metric]
	}
	return out
}

// NewFile is the part of a File that the search itself knows.
func NewFile(out *Outcome, g *Goal) *tuned.File {
	f := &tuned.File{Schema: tuned.Schema, Minimise: g.Minimise.Name, Tried: out.Tried, Start: spot(out.Start), Chosen: spot(out.Chosen),
		Binds: out.Binds, Path: out.Path, Steps: out.Steps, Budgets: map[string]int64{}}
	for _, b := range g.Budgets {
		f.Budgets[b.Name] = b.Most
	}
	for _, r := range out.Front {
		s := spot(r)
		s.Differs = differs(out.Chosen.Point, r.Point)
		f.Front = append(f.Front, s)
		if why := g.passedOver(r.Metrics, out.Chosen.Metrics); why != "" {
			f.PassedOver = append(f.PassedOver, tuned.PassedOver{Metrics: s.Metrics, Differs: s.Differs, Why: why, Budget: g.budgetFor(r.Metrics, out.Chosen.Metrics)})
		}
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
