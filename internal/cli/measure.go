package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/bench/study/sweep"
	"tlslab/internal/quantity"
)

// measurePlan runs a plan's jobs and writes their results to dir.
func (s *settings) measurePlan(ctx context.Context, l *openedLab, plan *lab.Plan, dir string, jobs int, what string) (*results.File, error) {
	f, err := s.gather(ctx, l, plan, dir, jobs, what)
	if err != nil {
		return nil, err
	}
	return f, results.Write(dir, f)
}

// gather is measurePlan without the writing.
func (s *settings) gather(ctx context.Context, l *openedLab, plan *lab.Plan, dir string, jobs int, what string) (*results.File, error) {
	// Not after minutes of measuring.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if jobs <= 0 {
		jobs = measure.Workers()
	}
	bar := progress(s.stderr, len(plan.Jobs), what)
	cases, err := l.Matrix(ctx, plan, jobs, func(*results.Case) { bar.Add(1) })
	bar.Finish()
	if err != nil {
		return nil, err
	}
	provenance, err := l.Provenance(ctx, plan)
	if err != nil {
		return nil, err
	}
	return &results.File{Schema: results.Schema, Provenance: provenance, Cases: cases}, nil
}

// frontMost bounds the lines of a printed front.
const frontMost = 25

// writeFronts prints, for each scenario of a sweep, how many points connect
// and the Pareto front of these.
func writeFronts(w io.Writer, f *results.File) error {
	var scenarios []string
	for _, c := range f.Cases {
		if name := c.Scenario + " on " + c.Board + ", " + string(c.Machine); !slices.Contains(scenarios, name) {
			scenarios = append(scenarios, name)
		}
	}
	slices.Sort(scenarios)
	for _, name := range scenarios {
		var own []results.Case
		for _, c := range f.Cases {
			if c.Scenario+" on "+c.Board+", "+string(c.Machine) == name {
				own = append(own, c)
			}
		}
		if err := writeFront(w, name, own); err != nil {
			return err
		}
	}
	return nil
}

func writeFront(w io.Writer, name string, cases []results.Case) error {
	metrics := sweep.ComparedOn(cases[0].Machine)
	failed := map[string]int{}
	connected := 0
	for _, c := range cases {
		if c.Outcome == results.OutcomeConnected {
			connected++
		} else {
			failed[string(c.Outcome)]++
		}
	}
	front := sweep.Front(cases, metrics)
	fmt.Fprintf(w, "\n%s: %d of %d points connect; %d are on the front of %s\n", name, connected, len(cases), len(front), strings.Join(metrics, ", "))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for i, c := range front {
		if i == frontMost {
			break
		}
		fmt.Fprint(t, "\t")
		for _, m := range metrics {
			fmt.Fprintf(t, "%s\t", quantity.Count(c.Metrics[m]))
		}
		fmt.Fprintf(t, "  %s\n", point(&c))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if n := len(front) - frontMost; n > 0 {
		fmt.Fprintf(w, "and %d more in results.json\n", n)
	}
	for _, o := range slices.Sorted(maps.Keys(failed)) {
		fmt.Fprintf(w, "%d points: %s\n", failed[o], o)
	}
	return nil
}

// point is what a case differs in from its base.
func point(c *results.Case) string {
	if c.Option == "" {
		return c.Config
	}
	return strings.TrimPrefix(c.Config, c.Base+"/")
}
