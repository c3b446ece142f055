package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tlslab/bench/results"
	"tlslab/bench/tune"
	"tlslab/bench/tuned"
	"tlslab/core/options"
	"tlslab/plots"
	"tlslab/profiles"
)

// finish measures the chosen configuration in full, writes every file and
// prints what the search came to.
func (t *tuneLab) finish(ctx context.Context, s *settings, out *tune.Outcome, goal *tune.Goal, floor string, said []string, cat *options.Catalogue, noPlots bool) error {
	plan, err := t.plan(out.Chosen.ARM, []tune.Point{out.Chosen.Point}, []string{"tuned"}, true, false, t.profile.Machines)
	if err != nil {
		return err
	}
	proof, err := t.lab.Matrix(ctx, plan, t.jobs, func(*results.Case) {})
	if err != nil {
		return err
	}
	for _, c := range proof {
		if c.Outcome != results.OutcomeConnected {
			return fmt.Errorf("%s: the chosen configuration did not connect when measured in full: %s", c.Scenario, ended(&c))
		}
	}
	provenance, err := t.lab.Provenance(ctx, plan)
	if err != nil {
		return err
	}
	macros := t.macros(out.Chosen.Point)
	f := t.file(out, goal, floor, said)
	f.Provenance, f.Proof = provenance, proof
	if f.Served != nil {
		for _, bind := range t.held.Binds(f.Served.Chosen.Metrics) {
			f.Binds = append(f.Binds, "with "+f.Served.Server+" "+bind)
		}
	}
	startMacros := t.macros(out.Start.Point)
	for _, line := range weakening(cat, macros) {
		name, _, _ := strings.Cut(line, ":")
		if _, had := startMacros[name]; had {
			f.Losses = append(f.Losses, line)
		} else {
			f.Without = append(f.Without, line)
		}
	}
	if floor == floorManual {
		for _, name := range profiles.CommonChecks() {
			if !slices.Contains(t.refuse, name) && raises[name] != "" {
				if _, has := macros[raises[name]]; !has {
					f.Losses = append(f.Losses, fmt.Sprintf("%s certificates are accepted (%s is off)", name, raises[name]))
				}
			}
		}
	}
	dir := s.tuneDir(t.profile)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := results.Write(dir, &results.File{Schema: results.Schema, Provenance: provenance, Cases: proof}); err != nil {
		return err
	}
	if err := results.WriteWhole(filepath.Join(dir, "config.h"), plan.Jobs[0].Header); err != nil {
		return err
	}
	path := filepath.Join(s.outDir, t.profile.Name, "tune.json")
	if err := writeSearch(path, f); err != nil {
		return err
	}
	if err := os.Remove(s.unfinishedPath(t.profile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !noPlots {
		if _, err := plots.RenderTune(dir, f); err != nil {
			return err
		}
	}
	if err := writeTuned(s.stdout, f, red(s.stdout)); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "\n%s, %s\n", path, filepath.Join(dir, "config.h"))
	if len(f.Binds) > 0 {
		return badf("tune %s: no configuration was found within the budgets; the closest exceeds %s", t.profile.Name, strings.Join(f.Binds, "; "))
	}
	return nil
}

// file is what a search came to, without what is measured at its end.
func (t *tuneLab) file(out *tune.Outcome, goal *tune.Goal, floor string, said []string) *tuned.File {
	f := tune.NewFile(out, goal)
	f.Profile, f.Config, f.Floor, f.Raised = t.profile.Name, cmp.Or(t.base.Base, t.base.Name), floor, said
	f.Scenarios = t.profile.Scenarios
	if t.served != nil {
		f.Served = t.served.file(out.Start.Point, out.Chosen.Point)
	}
	return f
}

// unfinished keeps what a search found until it stopped, in a file of its own:
// conversations with a real server are not cached.
func (t *tuneLab) unfinished(ctx context.Context, s *settings, out *tune.Outcome, goal *tune.Goal, floor string, said []string, why error) error {
	f := t.file(out, goal, floor, said)
	f.Unfinished = why.Error()
	ctx = context.WithoutCancel(ctx) // an interrupted search is kept too
	plan, err := t.plan(out.Chosen.ARM, []tune.Point{out.Chosen.Point}, []string{"tuned"}, true, false, t.profile.Machines)
	if err != nil {
		return err
	}
	if f.Provenance, err = t.lab.Provenance(ctx, plan); err != nil {
		return err
	}
	path := s.unfinishedPath(t.profile)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return writeSearch(path, f)
}

func (s *settings) unfinishedPath(p *profiles.Profile) string {
	return filepath.Join(s.outDir, p.Name, "tune-unfinished.json")
}

func writeSearch(path string, f *tuned.File) error {
	data, err := f.JSON()
	if err != nil {
		return err
	}
	return results.WriteWhole(path, data)
}
