package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tlslab/bench/results"
	"tlslab/bench/results/tuned"
	"tlslab/bench/study/tune"
	"tlslab/internal/status"
	"tlslab/plots"
	"tlslab/profiles"
)

// finish measures the chosen configuration in full, writes every file and
// prints the result of the search.
func (s *settings) finish(ctx context.Context, t *tune.Trials, out *tune.Outcome, noPlots bool) error {
	f, header, err := t.Proven(ctx, out)
	if err != nil {
		return err
	}
	dir := s.tuneDir(t.Profile)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := results.Write(dir, &results.File{Schema: results.Schema, Provenance: f.Provenance, Cases: f.Proof}); err != nil {
		return err
	}
	if err := results.WriteWhole(filepath.Join(dir, "config.h"), header); err != nil {
		return err
	}
	path := filepath.Join(s.outDir, t.Profile.Name, "tune.json")
	if err := writeSearch(path, f); err != nil {
		return err
	}
	if err := os.Remove(s.unfinishedPath(t.Profile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
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
		return status.Badf("tune %s: no configuration was found within the budgets; the closest exceeds %s", t.Profile.Name, strings.Join(f.Binds, "; "))
	}
	return nil
}

// unfinished keeps what a search found until it stopped, in a file of its own:
// conversations with a real server are not cached.
func (s *settings) unfinished(ctx context.Context, t *tune.Trials, out *tune.Outcome, why error) error {
	f, err := t.Unproven(ctx, out, why)
	if err != nil {
		return err
	}
	path := s.unfinishedPath(t.Profile)
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
