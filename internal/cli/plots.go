package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tlslab/bench/results/losscurve"
	"tlslab/bench/results/sequence"
	"tlslab/bench/results/tuned"
	"tlslab/internal/input"
	"tlslab/plots"
	"tlslab/profiles"
)

func newPlots(s *settings) *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use:               "plots PROFILE",
		Short:             "Draw again the figures of a results file, with loss.json and trace.json beside it, or of a search",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			if info, err := os.Stat(from); err == nil && info.IsDir() {
				from = filepath.Join(from, "tune.json")
			}
			if filepath.Base(from) == "tune.json" {
				return s.drawSearch(args[0], from, to)
			}
			figures, err := s.drawLoss(args[0], from, to)
			if err != nil {
				return err
			}
			traced, err := s.drawTrace(args[0], from, to)
			if err != nil {
				return err
			}
			figures = append(figures, traced...)
			p, files, f, err := s.lastResults(args[0], from)
			if err != nil {
				if _, there := os.Stat(files.results); len(figures) == 0 || !errors.Is(there, fs.ErrNotExist) {
					return err
				}
			} else {
				drawn, err := plots.Render(cmp.Or(to, filepath.Join(s.outDir, p.Name)), f)
				if err != nil {
					return err
				}
				figures = append(drawn, figures...)
			}
			return s.list(figures)
		},
	}
	cmd.Flags().StringVar(&from, "results", "", "results file, or a search's tune.json or its directory (default OUT/PROFILE/results.json)")
	cmd.Flags().StringVar(&to, "dir", "", "directory to write to (default OUT/PROFILE; of a search OUT/PROFILE/tune)")
	return cmd
}

// drawSearch draws what `tlslab tune` found.
func (s *settings) drawSearch(profile, from, to string) error {
	p, err := profiles.Load(profile)
	if err != nil {
		return err
	}
	data, err := input.Read(from, input.Source)
	if err != nil {
		return fmt.Errorf("%w; run: tlslab tune %s", err, profile)
	}
	f, err := tuned.Read(data)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if f.Profile != p.Name {
		return fmt.Errorf("%s: is a search of %s, not of %s", from, f.Profile, p.Name)
	}
	if to == "" {
		to = s.tuneDir(p)
	}
	figures, err := plots.RenderTune(to, f)
	if err != nil {
		return err
	}
	return s.list(figures)
}

func (s *settings) list(figures []string) error {
	for _, name := range figures {
		fmt.Fprintln(s.stdout, name)
	}
	return nil
}

// drawLoss draws a profile's loss.json again, where there is one and no other
// file is asked for.
func (s *settings) drawLoss(profile, from, to string) ([]string, error) {
	p, err := profiles.Load(profile)
	if err != nil || from != "" {
		return nil, err
	}
	dir := filepath.Join(s.outDir, p.Name)
	f, err := losscurve.Read(dir)
	if f == nil || err != nil {
		return nil, err
	}
	return plots.RenderLoss(cmp.Or(to, dir), f)
}

// drawTrace draws a profile's trace.json again, as drawLoss does.
func (s *settings) drawTrace(profile, from, to string) ([]string, error) {
	p, err := profiles.Load(profile)
	if err != nil || from != "" {
		return nil, err
	}
	dir := filepath.Join(s.outDir, p.Name)
	f, err := sequence.Read(dir)
	if f == nil || err != nil {
		return nil, err
	}
	return plots.RenderSequence(cmp.Or(to, dir), f)
}
