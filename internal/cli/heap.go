package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/bench/study/heapfit"
	"tlslab/emu/heap"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/internal/status"
	"tlslab/internal/strict"
	"tlslab/plots"
)

// heapSchema is the version of --json's file.
const heapSchema = 1

func newHeap(s *settings) *cobra.Command {
	var sel selection
	var allocators, jsonFile string
	cmd := &cobra.Command{
		Use:   "heap PROFILE",
		Short: "Find the smallest heap under the allocator you build with, and why",
		Long: "Runs a configuration, records each allocation and release, and replays them\n" +
			"through models of allocators. Prints the smallest heap in which the run completes\n" +
			"and what its bytes are at the allocation that decides: live data, headers,\n" +
			"padding, the allocator's own, and free space in pieces that are too small.\n" +
			"Figures go to OUT/PROFILE: the allocators side by side, and the first one's\n" +
			"address space over time. Allocators:\n\n" + allocatorList(),
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			models, err := findAllocators(allocators)
			if err != nil {
				return err
			}
			plan, err := s.plan(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			p := plan.Profile
			jobs, err := sel.jobsOf(plan)
			if err != nil {
				return err
			}
			l, err := s.openLab(ctx, sel.coreOf(p))
			if err != nil {
				return err
			}
			defer l.close()
			cases, err := heapfit.Cases(ctx, l.Lab, plan, jobs, models, cmp.Or(sel.jobs, measure.Workers()))
			if err != nil {
				return err
			}
			if err := printHeaps(s.stdout, jobs[0].Board.Name, cases); err != nil {
				return err
			}
			if jsonFile != "" {
				if err := writeHeaps(jsonFile, p.Name, jobs[0].Board.Name, cases); err != nil {
					return err
				}
			}
			drawn, err := plots.RenderHeaps(filepath.Join(s.outDir, p.Name), heapFigures(l.Source.Version, jobs[0].Board.Name, models[0], cases))
			if err != nil {
				return err
			}
			for _, name := range drawn {
				s.say("wrote " + name)
			}
			for _, c := range cases {
				if c.Outcome != results.OutcomeConnected {
					return status.Badf("%s, %s: %s: %s", c.Config, c.Scenario, c.Outcome, c.Detail)
				}
			}
			return nil
		},
	}
	sel.flags(cmd, extent{config: last, scenario: all, jobs: true, machine: metric.WASM, machines: []metric.Machine{metric.WASM}})
	cmd.Flags().StringVar(&allocators, "allocator", "", "allocators, separated by commas (default: all); the first is drawn")
	cmd.Flags().StringVar(&jsonFile, "json", "", "write the numbers to this file too")
	return cmd
}

// allocatorList is the models with their sources, a line each.
func allocatorList() string {
	var b strings.Builder
	for _, m := range heap.Models {
		fmt.Fprintf(&b, "  %-13s %s\n", m.Name, m.Source)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// findAllocators reads --allocator.
func findAllocators(list string) ([]*heap.Model, error) {
	if list == "" {
		return heap.Models, nil
	}
	var models []*heap.Model
	for name := range strings.SplitSeq(list, ",") {
		m := heap.Find(name)
		switch {
		case m == nil:
			return nil, fmt.Errorf("--allocator: %w", strict.Unknown("allocator", name, heap.Names()))
		case slices.Contains(models, m):
			return nil, fmt.Errorf("--allocator: %s is there twice", name)
		}
		models = append(models, m)
	}
	return models, nil
}

// printHeaps prints a table a case.
func printHeaps(w io.Writer, board string, cases []heapfit.Case) error {
	for i, c := range cases {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s, %s on %s\n", c.Config, c.Scenario, board)
		if c.Outcome != results.OutcomeConnected {
			fmt.Fprintf(w, "%s: %s\n", c.Outcome, c.Detail)
			continue
		}
		fmt.Fprintf(w, "heap-peak-B %s in %s allocations; heap-min-B by running %s\n",
			quantity.Count(int64(c.PeakB)), quantity.Count(int64(c.Allocs)), quantity.Count(int64(c.MinB)))
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(tw, "allocator\theap-min-B\tover peak\tlive-B\theaders-B\tpadding-B\town-B\tfree-B\tin pieces\tlargest-B\t")
		for _, f := range c.Fits {
			u := f.Use
			fmt.Fprintf(tw, "%s\t%s\t%s\t", f.Allocator, quantity.Count(int64(f.MinB)), quantity.Change(int64(c.PeakB), int64(f.MinB)))
			for _, n := range []int64{int64(u.LiveB), int64(u.HeadersB), int64(u.PaddingB), int64(u.OwnB), int64(u.FreeB), int64(u.FreeChunks), int64(u.LargestFreeB)} {
				fmt.Fprint(tw, quantity.Count(n)+"\t")
			}
			fmt.Fprintln(tw)
		}
		if err := tw.Flush(); err != nil {
			return err
		}
		for _, f := range c.Fits {
			if n := len(f.FailsAboveB); n > 0 {
				fmt.Fprintf(w, "%s fails again in %d of the next sizes, up to %s\n", f.Allocator, n, quantity.Bytes(int64(f.FailsAboveB[n-1])))
			}
		}
	}
	return nil
}

// writeHeaps writes --json's file.
func writeHeaps(path, profile, board string, cases []heapfit.Case) error {
	data, err := json.MarshalIndent(struct {
		Schema  int            `json:"schema"`
		Profile string         `json:"profile"`
		Board   string         `json:"board"`
		Cases   []heapfit.Case `json:"cases"`
	}{heapSchema, profile, board, cases}, "", "  ")
	if err != nil {
		return err
	}
	return results.WriteWhole(path, append(data, '\n'))
}

// heapFigures is what is drawn of the cases that connected, m's address space
// in its smallest arena.
func heapFigures(core, board string, m *heap.Model, cases []heapfit.Case) *plots.Heaps {
	h := &plots.Heaps{Core: core, Board: board}
	for _, c := range cases {
		if c.Outcome != results.OutcomeConnected {
			continue
		}
		d := plots.HeapCase{Config: c.Config, Scenario: c.Scenario, PeakB: int64(c.PeakB)}
		for _, f := range c.Fits {
			d.Bars = append(d.Bars, plots.HeapBar{Allocator: f.Allocator, LiveB: int64(f.Use.LiveB), HeadersB: int64(f.Use.HeadersB),
				PaddingB: int64(f.Use.PaddingB), OwnB: int64(f.Use.OwnB), FreeB: int64(f.Use.FreeB)})
		}
		arenaB := c.Fits[0].MinB
		d.Map = plots.HeapMap{Allocator: m.Name, ArenaB: int64(arenaB), DecidesOps: int64(c.Trace[c.Fits[0].Event].Ops)}
		last := int64(c.Trace[len(c.Trace)-1].Ops)
		at := func(event int) int64 {
			if event >= len(c.Trace) {
				return last
			}
			return int64(c.Trace[event].Ops)
		}
		d.Map.EndOps = last
		for _, b := range heap.Layout(m, c.Trace, arenaB) {
			d.Map.Blocks = append(d.Map.Blocks, plots.HeapBlock{AtB: int64(b.AtB), SizeB: int64(b.SizeB), FromOps: at(b.From), ToOps: at(b.To)})
		}
		for _, e := range c.Trace {
			if n := len(d.Map.Phases); n == 0 || d.Map.Phases[n-1].Name != e.Phase {
				d.Map.Phases = append(d.Map.Phases, plots.HeapPhase{Name: e.Phase, FromOps: int64(e.Ops)})
			}
		}
		h.Cases = append(h.Cases, d)
	}
	return h
}
