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
	"tlslab/bench/results/tuned"
	"tlslab/bench/study/tune"
	"tlslab/plots"
	"tlslab/profiles"
)

// finish measures the chosen configuration in full, writes every file and
// prints the result of the search.
func (t *tuneLab) finish(ctx context.Context, s *settings, out *tune.Outcome) error {
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
	f := t.file(out)
	f.Provenance, f.Proof = provenance, proof
	if f.Served != nil {
		for _, bind := range t.held.Binds(f.Served.Chosen.Metrics) {
			f.Binds = append(f.Binds, "with "+f.Served.Server+" "+bind)
		}
	}
	t.losses(f, t.macros(out.Start.Point), t.macros(out.Chosen.Point))
	if f.DrawSpread, err = t.spread(ctx, out.Start.Point); err != nil {
		return err
	}
	f.Unshown = t.unshown(out.Start.Point, out.Chosen.Point)
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
	if !t.asked.noPlots {
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

// losses are the protections that a search gave up, and those that its start
// lacks too.
func (t *tuneLab) losses(f *tuned.File, start, chosen map[string]string) {
	for _, line := range weakening(t.cat, chosen) {
		name, _, _ := strings.Cut(line, ":")
		if _, had := start[name]; had {
			f.Losses = append(f.Losses, line)
		} else {
			f.Without = append(f.Without, line)
		}
	}
	if t.asked.floor != floorManual || !t.chains() {
		return
	}
	for _, name := range profiles.CommonChecks() {
		if !slices.Contains(t.refuse, name) && raises[name] != "" {
			if _, has := chosen[raises[name]]; !has {
				f.Losses = append(f.Losses, fmt.Sprintf("%s certificates are accepted (%s is off)", name, raises[name]))
			}
		}
	}
}

// file is the result of a search, without what is measured at its end.
func (t *tuneLab) file(out *tune.Outcome) *tuned.File {
	f := tune.NewFile(out, t.asked.goal)
	f.Profile, f.Config, f.Floor, f.Raised = t.profile.Name, cmp.Or(t.base.Base, t.base.Name), t.asked.floor, t.raisedFor
	f.Only, f.Asked = t.asked.options, t.asked.again
	f.Scenarios = t.profile.Scenarios
	if t.served != nil {
		f.Served = t.served.file(out.Start.Point, out.Chosen.Point)
	}
	return f
}

// spread is by how much the start's quantities differ between random draws, the
// most over the scenarios.
func (t *tuneLab) spread(ctx context.Context, start tune.Point) (results.Spread, error) {
	plan, err := t.plan(start.ARM, []tune.Point{start}, []string{"start"}, true, true, []string{t.lab.Machine.Name()})
	if err != nil {
		return nil, err
	}
	most := results.Spread{}
	for i := range plan.Jobs {
		c, err := t.lab.Spread(ctx, plan, &plan.Jobs[i])
		if err != nil {
			return nil, err
		}
		for _, q := range tune.Quantities {
			if by := c.DrawSpread[q.Metric]; by > most[q.Name] {
				most[q.Name] = by
			}
		}
	}
	return most, nil
}

// unfinished keeps what a search found until it stopped, in a file of its own:
// conversations with a real server are not cached.
func (t *tuneLab) unfinished(ctx context.Context, s *settings, out *tune.Outcome, why error) error {
	f := t.file(out)
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
