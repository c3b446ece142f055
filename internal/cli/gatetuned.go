package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tlslab/bench/results"
	"tlslab/bench/results/tuned"
	"tlslab/internal/input"
	"tlslab/internal/status"
	"tlslab/profiles"
)

// notAsked are flags of tune that do not change the result of a search.
var notAsked = []string{"jobs", "no-plots", "out", "cache"}

// asksAgain is the command line that asks for a search again, its flags in the order of
// their names.
func asksAgain(cmd *cobra.Command, profile string) string {
	words := []string{"tlslab", cmd.Name(), profile}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if slices.Contains(notAsked, f.Name) {
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			words = append(words, "--"+f.Name, v)
		}
	})
	return strings.Join(words, " ")
}

// tunedFiles are a profile's last search and the baseline of it.
func (s *settings) tunedFiles(p *profiles.Profile) (search, baseline string) {
	files := s.files(p)
	return filepath.Join(s.outDir, p.Name, "tune.json"), filepath.Join(filepath.Dir(files.baseline), "tuned-"+p.Name+".json")
}

func loadSearch(path, profile string) (*tuned.File, error) {
	data, err := input.Read(path, input.Source)
	if err != nil {
		return nil, fmt.Errorf("%w; run: tlslab tune %s", err, profile)
	}
	f, err := tuned.Read(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if f.Asked == "" {
		return nil, fmt.Errorf("%s: does not say how to ask for it again; run: tlslab tune %s", path, profile)
	}
	return f, nil
}

// gateTuned compares the last search of a profile with its baseline.
func (s *settings) gateTuned(arg, from, with string) error {
	p, err := profiles.Load(arg)
	if err != nil {
		return err
	}
	search, baseline := s.tunedFiles(p)
	pick(&search, from)
	pick(&baseline, with)
	f, err := loadSearch(search, arg)
	if err != nil {
		return err
	}
	data, err := input.Read(baseline, input.Source)
	if err != nil {
		return fmt.Errorf("%w; make it with: tlslab update %s --tuned", err, arg)
	}
	was, err := tuned.ReadAnswer(data)
	if err != nil {
		return fmt.Errorf("%s: %w", baseline, err)
	}
	is := f.Answer()
	if is.Asked != was.Asked {
		return fmt.Errorf("%s: is another search than %s; run: %s", search, baseline, was.Asked)
	}
	differ := is.Differs(was)
	fmt.Fprintf(s.stdout, "tuned %s: %d points on the front, %d candidates measured\n", p.Name, len(is.Front), is.Tried)
	for _, line := range differ {
		fmt.Fprintln(s.stdout, "  "+line)
	}
	if len(differ) > 0 {
		return status.Badf("gate %s: the search ends otherwise than its baseline in %d ways; explain it and run: tlslab update %s --tuned", p.Name, len(differ), arg)
	}
	return nil
}

// updateTuned makes the last search of a profile its baseline.
func (s *settings) updateTuned(arg, from, to string) error {
	p, err := profiles.Load(arg)
	if err != nil {
		return err
	}
	search, baseline := s.tunedFiles(p)
	pick(&search, from)
	pick(&baseline, to)
	f, err := loadSearch(search, arg)
	if err != nil {
		return err
	}
	if f.Served != nil {
		return fmt.Errorf("%s: had a real server, which decides otherwise on another day", search)
	}
	data, err := f.Answer().JSON()
	if err != nil {
		return err
	}
	if err := results.WriteWhole(baseline, data); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "%s: %s\n", baseline, f.Asked)
	return nil
}
