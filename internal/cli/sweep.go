package cli

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tlslab/bench/adapt"
	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/study/sweep"
	"tlslab/core"
	"tlslab/internal/status"
	"tlslab/internal/strict"
	"tlslab/plots"
	"tlslab/profiles"
)

// space is what sweep's flags ask for.
type space struct {
	axes       []string
	oneAtATime bool
	shard      string
}

func newSweep(s *settings) *cobra.Command {
	var sp space
	var sel selection
	var noPlots bool
	cmd := &cobra.Command{
		Use:   "sweep PROFILE",
		Short: "Measure every combination of several options' values",
		Long: "Measures one configuration of a profile at every point of a space of options:\n" +
			"the full product of the axes, or one axis at a time. Without --axis the axes are\n" +
			"the profile's for that configuration. Writes OUT/PROFILE/sweep/ (with --shard\n" +
			"OUT/PROFILE/sweep-3-of-16/, for `tlslab merge`) and prints each scenario's\n" +
			"Pareto front.\n\n" +
			"An interrupted sweep continues where it stopped. Points that build to the same\n" +
			"image run once. heap-min-B is not searched for.",
		Example: "  tlslab sweep imxrt1052 --axis ECP_WINDOW_SIZE=2..7 --axis MPI_WINDOW_SIZE=1..6\n" +
			"  tlslab sweep imxrt1052 --axis SSL_IN_CONTENT_LEN=1536..4096+512 --shard 1/2",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			p, err := s.profile(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			shard, variants, err := sp.points(p, &sel)
			if err != nil {
				return err
			}
			plan, err := lab.NewBulkPlan(p, variants)
			if err != nil {
				return err
			}
			l, err := s.openLab(ctx, sel.coreOf(p))
			if err != nil {
				return err
			}
			defer l.close()
			if err := adapt.To(plan, l.Source); err != nil {
				return err
			}
			if err := knownTo(l.Source, variants); err != nil {
				return err
			}
			dir := filepath.Join(s.outDir, p.Name, strings.TrimSuffix("sweep-"+shard.String(), "-"))
			f, err := s.measurePlan(ctx, l, plan, dir, sel.jobs, "sweeping "+p.Name)
			if err != nil {
				return err
			}
			fmt.Fprintf(s.stdout, "%s: %d points, %d cases\n", dir, len(variants), len(f.Cases))
			if err := writeFronts(s.stdout, f); err != nil {
				return err
			}
			return s.draw(dir, f, noPlots)
		},
	}
	sel.flags(cmd, extent{config: last, scenario: all, jobs: true})
	cmd.Flags().StringArrayVar(&sp.axes, "axis", nil, "option and values: NAME=2..7, NAME=256,512, NAME=1024..4096+512, NAME=on,off; repeatable")
	cmd.Flags().BoolVar(&sp.oneAtATime, "one-at-a-time", false, "vary each axis alone instead of all combinations")
	cmd.Flags().StringVar(&sp.shard, "shard", "", "measure one part of the points: 3/16")
	cmd.Flags().BoolVar(&noPlots, "no-plots", false, "write no figures")
	return cmd
}

// points are the configurations asked for. The base is part of every shard.
func (sp *space) points(p *profiles.Profile, sel *selection) (sweep.Shard, []profiles.Variant, error) {
	var shard sweep.Shard
	config, err := onlyOne("config", sel.configs)
	if err != nil {
		return shard, nil, err
	}
	base, err := p.Config(config)
	if err != nil {
		return shard, nil, err
	}
	if err := chooseScenarios(p, sel.scenarios); err != nil {
		return shard, nil, err
	}
	var axes []sweep.Axis
	add := func(a sweep.Axis, err error) error {
		if err == nil && slices.ContainsFunc(axes, func(b sweep.Axis) bool { return a.Option == b.Option }) {
			err = fmt.Errorf("axis %s: is there twice", a.Option)
		}
		axes = append(axes, a)
		return err
	}
	for _, text := range sp.axes {
		if err := add(sweep.ParseAxis(p.Dialect(), text)); err != nil {
			return shard, nil, err
		}
	}
	for _, a := range p.Axes {
		if len(sp.axes) == 0 && a.Config == base.Name {
			if err := add(sweep.NewAxis(p.Dialect(), a.Option, a.Values)); err != nil {
				return shard, nil, err
			}
		}
	}
	if len(axes) == 0 {
		return shard, nil, fmt.Errorf("%s: no axis of configuration %s; name some with --axis", p.File(), base.Name)
	}
	if sp.shard != "" {
		if shard, err = sweep.ParseShard(sp.shard); err != nil {
			return shard, nil, err
		}
	}
	all, err := sweep.Product(base, axes)
	if sp.oneAtATime {
		all, err = sweep.OneAtATime(base, axes), nil
	}
	if err != nil {
		return shard, nil, err
	}
	own := all[:1:1]
	for i, v := range all[1:] {
		if shard.Has(i) {
			own = append(own, v)
		}
	}
	return shard, own, nil
}

// knownTo refuses points with options that a core does not have.
func knownTo(src *core.Source, variants []profiles.Variant) error {
	cat, err := src.Options()
	if err != nil {
		return err
	}
	for _, v := range variants {
		for _, name := range slices.Sorted(maps.Keys(v.Decided)) {
			if err := cat.Check(name, v.Decided[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// chooseScenarios keeps those of a profile's scenarios that are named.
func chooseScenarios(p *profiles.Profile, names []string) error {
	for _, n := range names {
		if !slices.Contains(p.Scenarios, n) {
			return strict.Unknown("scenario of "+p.Name, n, p.Scenarios)
		}
	}
	if len(names) > 0 {
		p.Scenarios = names
	}
	return nil
}

func newMerge(s *settings) *cobra.Command {
	var noPlots bool
	cmd := &cobra.Command{
		Use:   "merge DIR FILE...",
		Short: "Put the results of a sweep's shards together",
		Long: "Reads results files (or directories that hold a results.json), which must come\n" +
			"from the same inputs and tools, and writes them as one to DIR.",
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var files []*results.File
			for _, path := range args[1:] {
				if info, err := os.Stat(path); err == nil && info.IsDir() {
					path = filepath.Join(path, "results.json")
				}
				f, err := loadResults(path, "run: tlslab sweep --shard")
				if err != nil {
					return err
				}
				files = append(files, f)
			}
			f, err := sweep.Merge(args[1:], files)
			if err != nil {
				return &status.Bad{Err: err}
			}
			if err := results.Write(args[0], f); err != nil {
				return err
			}
			fmt.Fprintf(s.stdout, "%s: %d cases of %d files\n", args[0], len(f.Cases), len(files))
			if err := writeFronts(s.stdout, f); err != nil {
				return err
			}
			return s.draw(args[0], f, noPlots)
		},
	}
	cmd.Flags().BoolVar(&noPlots, "no-plots", false, "write no figures")
	return cmd
}

// draw makes the figures of the results file in a directory, f, as far as they are
// not there.
func (s *settings) draw(dir string, f *results.File, not bool) error {
	if not {
		return nil
	}
	origin, err := origin(dir)
	if err != nil {
		return err
	}
	figures, err := plots.Redraw(dir, f, origin)
	if errors.Is(err, plots.ErrNothing) { // a profile of failures; what was not expected is said after this
		fmt.Fprintf(s.stdout, "\n%s: results.txt and results.json; %v\n", dir, plots.ErrNothing)
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "\n%s: results.txt, results.json and %d figures\n", dir, len(figures))
	return nil
}
