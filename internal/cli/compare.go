package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tlslab/bench/compare"
	"tlslab/bench/results"
	"tlslab/internal/status"
)

func newCompare(s *settings) *cobra.Command {
	var opt compare.Options
	var markdown, jsonPath string
	var top int
	cmd := &cobra.Command{
		Use:   "compare OLD NEW",
		Short: "Show two results side by side: what differs, in which phases and functions",
		Long: "Shows what differs between two results: case by case, then the phases and the\n" +
			"functions that make up the difference. Equal values are counted, and a change\n" +
			"that many cases share is shown once. OLD and NEW are results files,\n" +
			"directories that hold a " + results.JSONName + ", or profiles, for their committed\n" +
			"baseline. Cases are paired without the core's name, so that two cores can be\n" +
			"compared. Functions are counted per run and image, not per phase.\n" +
			"Exit status, as diff's: 0 nothing differs, 1 something does, 2 trouble.",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if top < 1 {
				return fmt.Errorf("--top %d: at least 1", top)
			}
			old, err := loadEither(args[0])
			if err != nil {
				return err
			}
			new, err := loadEither(args[1])
			if err != nil {
				return err
			}
			r, err := compare.Files(old, new, opt)
			if err != nil {
				return err
			}
			if r.Paired == 0 {
				return fmt.Errorf("compare: no case is in both: %s has %s, %s has %s", args[0], old.Cases[0].Key(), args[1], new.Cases[0].Key())
			}
			if err := r.WriteText(s.stdout, top); err != nil {
				return err
			}
			if err := writeReport(markdown, func(w io.Writer) error { return r.WriteMarkdown(w, top) }); err != nil {
				return err
			}
			if err := writeReport(jsonPath, r.WriteJSON); err != nil {
				return err
			}
			if r.Differs() {
				return status.Badf("compare: %s and %s differ", args[0], args[1])
			}
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&opt.Only, "only", nil, "compare only these metrics, \"outcome\" or \"must-reject:NAME\" (\"*\" matches anything)")
	cmd.Flags().StringSliceVar(&opt.Scenarios, "scenario", nil, "compare only these scenarios (\"*\" matches anything)")
	cmd.Flags().StringSliceVar(&opt.Configs, "config", nil, "compare only these configurations, variations included (\"*\" matches anything)")
	cmd.Flags().IntVar(&top, "top", compare.Top, "phases and functions named for one change")
	cmd.Flags().StringVar(&markdown, "markdown", "", "also write the report as Markdown to this file")
	cmd.Flags().StringVar(&jsonPath, "json", "", "also write every change as JSON to this file")
	return cmd
}

// loadEither reads a results file, the one in a directory, or the baseline of
// a built-in profile.
func loadEither(arg string) (*results.File, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return loadResults(filepath.Join(arg, results.JSONName), "nothing was measured into this directory")
	case err == nil:
		return results.Read(arg)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	path := filepath.Join(baselineDir, arg+results.BaselineExt)
	if _, err := os.Stat(path); filepath.Base(arg) == arg && err == nil {
		return results.Read(path)
	}
	return nil, fmt.Errorf("%s: no results file, no directory with one, and no profile with a baseline in %s", arg, baselineDir)
}
