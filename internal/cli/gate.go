package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tlslab/bench/gate"
	"tlslab/bench/lab"
	"tlslab/bench/report"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/internal/status"
	"tlslab/profiles"
)

// baselineDir holds the committed baselines of the built-in profiles.
const baselineDir = "bench/baseline"

// profileFiles are the files a profile's gate works on, and their defaults.
type profileFiles struct{ results, baseline, accept string }

func (s *settings) files(p *profiles.Profile) profileFiles {
	dir := baselineDir
	if p.Dir != "" {
		dir = p.Dir // a user's baseline lies beside the user's profile
	}
	return profileFiles{
		results:  filepath.Join(s.outDir, p.Name, "results.json"),
		baseline: filepath.Join(dir, p.Name+results.BaselineExt),
		accept:   filepath.Join(dir, p.Name+".accept.toml"),
	}
}

// lastResults reads the results of a profile's last bench, or those of a flag.
func (s *settings) lastResults(arg, flag string) (*profiles.Profile, profileFiles, *results.File, error) {
	p, err := profiles.Load(arg)
	if err != nil {
		return nil, profileFiles{}, nil, err
	}
	files := s.files(p)
	pick(&files.results, flag)
	f, err := loadResults(files.results, "run: tlslab bench "+arg)
	return p, files, f, err
}

func newGate(s *settings) *cobra.Command {
	var flags profileFiles
	var markdown, junit string
	var budgets, search bool
	cmd := &cobra.Command{
		Use:   "gate PROFILE",
		Short: "Compare results with the committed baseline and the profile's budgets",
		Long: "Compares the results of the last bench with the committed baseline. Exact\n" +
			"metrics have no tolerance, for better or worse. A change passes if the accept\n" +
			"file names it with its reason, or once `tlslab update` has made it the baseline.\n" +
			"If the baseline is of another core, a message says so first.\n\n" +
			"--budgets checks only the profile's [budget] and needs no baseline. --tuned\n" +
			"compares the result of the last `tlslab tune` in the same way.\n\n" +
			"Exit status 1 if anything changed or a budget is exceeded.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			if search {
				return s.gateTuned(args[0], flags.results, flags.baseline)
			}
			p, files, now, err := s.lastResults(args[0], flags.results)
			if err != nil {
				return err
			}
			pick(&files.baseline, flags.baseline)
			if err := s.current(cmd.Context(), p, now, args[0]); err != nil {
				return err
			}
			r, err := judge(p, files, now, flags, args[0], budgets)
			if err != nil {
				return err
			}
			if err := r.WriteText(s.stdout); err != nil {
				return err
			}
			if err := writeReport(markdown, r.WriteMarkdown); err != nil {
				return err
			}
			if err := writeReport(junit, r.WriteJUnit); err != nil {
				return err
			}
			if r.Failed() {
				return status.Badf("gate %s: failed", p.Name)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&flags.results, "results", "", "results file (default OUT/PROFILE/results.json)")
	cmd.Flags().StringVar(&flags.baseline, "baseline", "", "baseline (default "+baselineDir+"/PROFILE"+results.BaselineExt+", or beside a profile of your own)")
	cmd.Flags().BoolVar(&search, "tuned", false, "compare the last search (OUT/PROFILE/tune.json) with "+baselineDir+"/tuned-PROFILE.json")
	cmd.Flags().StringVar(&flags.accept, "accept", "", "accepted changes (default: PROFILE.accept.toml beside the baseline)")
	cmd.Flags().BoolVar(&budgets, "budgets", false, "check only the profile's budgets; no baseline is needed")
	cmd.Flags().StringVar(&markdown, "markdown", "", "also write the report as Markdown to this file")
	cmd.Flags().StringVar(&junit, "junit", "", "also write the report as JUnit XML to this file")
	cmd.MarkFlagsMutuallyExclusive("tuned", "accept")
	cmd.MarkFlagsMutuallyExclusive("tuned", "budgets")
	cmd.MarkFlagsMutuallyExclusive("tuned", "markdown")
	cmd.MarkFlagsMutuallyExclusive("tuned", "junit")
	return cmd
}

// judge holds results against the baseline and the budgets, or the budgets alone.
func judge(p *profiles.Profile, files profileFiles, now *results.File, flags profileFiles, arg string, budgetsAlone bool) (*gate.Report, error) {
	if budgetsAlone {
		if flags.baseline != "" || flags.accept != "" {
			return nil, fmt.Errorf("--budgets compares with no baseline: leave out --baseline and --accept")
		}
		if len(p.Budget) == 0 {
			return nil, fmt.Errorf("%s: has no [budget] to hold the results against", p.File())
		}
		return gate.HoldBudgets(now, report.Budgets(p))
	}
	base, err := loadResults(files.baseline, "make it with: tlslab update "+arg)
	if err != nil {
		return nil, err
	}
	opt := gate.Options{Budgets: report.Budgets(p), Update: "tlslab update " + arg}
	if _, err := os.Stat(files.accept); flags.accept != "" || err == nil {
		pick(&files.accept, flags.accept)
		if opt.Accept, err = gate.ReadAccept(files.accept); err != nil {
			return nil, err
		}
	}
	return gate.Compare(base, now, opt)
}

// current is an error when results are not of the profile as it stands: it,
// its board, a scenario or a header was edited after the bench.
func (s *settings) current(ctx context.Context, p *profiles.Profile, f *results.File, arg string) error {
	if p.FromCore() {
		coreName := p.Core
		if len(f.Cases) > 0 {
			coreName = f.Cases[0].Core
		}
		if err := s.useCore(ctx, p, coreName); err != nil {
			return err
		}
	}
	plan, err := lab.NewPlan(p)
	if err != nil {
		return err
	}
	if f.Provenance.Profile != p.Name {
		return fmt.Errorf("the results are of profile %q, not of %q", f.Provenance.Profile, p.Name)
	}
	stale := fmt.Errorf("the results are not of profile %s as it stands; run: tlslab bench %s", p.Name, arg)
	for name, digest := range plan.Digests() {
		if have, ok := f.Provenance.Digests[name]; ok && have != digest {
			return fmt.Errorf("%w (%s changed)", stale, name)
		}
	}
	headers := map[string]string{}
	for _, j := range plan.Jobs {
		headers[j.Variant.Name+" "+j.Scenario.Name] = core.SHA256(j.Header)
	}
	for _, c := range f.Cases {
		// A core may have been given what it demands beyond the profile.
		given := slices.ContainsFunc(c.Added, func(a string) bool { return strings.HasSuffix(a, profiles.CoreNote) })
		if h, ok := headers[c.Config+" "+c.Scenario]; ok && c.Core == p.Core && !given && c.ConfigDigest != "" && c.ConfigDigest != h {
			return fmt.Errorf("%w (the header of %s changed)", stale, c.Config)
		}
	}
	return nil
}

func pick(dst *string, flag string) {
	if flag != "" {
		*dst = flag
	}
}

func writeReport(path string, write func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, b.Bytes(), 0o644) // a pipe, a device: never replaced
	}
	return results.WriteWhole(path, b.Bytes())
}

func newUpdate(s *settings) *cobra.Command {
	var from, to string
	var functions, search bool
	cmd := &cobra.Command{
		Use:   "update PROFILE",
		Short: "Make the last results the baseline that gate compares with",
		Long: "Makes the last results the baseline that gate compares with: text with one line\n" +
			"for each number of a case, each phase and each function. It leaves out what the\n" +
			"gate does not judge: the heap's curve, estimates of functions, and the functions of\n" +
			"variations, which differ little from their configuration's and are most of the file.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			if search {
				return s.updateTuned(args[0], from, to)
			}
			p, files, f, err := s.lastResults(args[0], from)
			if err != nil {
				return err
			}
			if err := s.current(cmd.Context(), p, f, args[0]); err != nil {
				return err
			}
			pick(&files.baseline, to)
			before, readErr := results.Read(files.baseline)
			if err := results.WriteBaseline(files.baseline, f, functions); err != nil {
				return err
			}
			fmt.Fprintf(s.stdout, "%s: %d cases\n", files.baseline, len(f.Cases))
			if readErr == nil {
				for _, line := range gone(before, f) {
					fmt.Fprintln(s.stdout, line)
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "results", "", "results file (default OUT/PROFILE/results.json)")
	cmd.Flags().BoolVar(&search, "tuned", false, "make the last search (OUT/PROFILE/tune.json) the baseline, "+baselineDir+"/tuned-PROFILE.json")
	cmd.Flags().BoolVar(&functions, "functions", false, "keep the functions of variations too, so that the gate can name them (a file several times the size)")
	cmd.MarkFlagsMutuallyExclusive("tuned", "functions")
	cmd.Flags().StringVar(&to, "baseline", "", "baseline to write (default "+baselineDir+"/PROFILE"+results.BaselineExt+", or beside a profile of your own)")
	return cmd
}

// gone lists the metrics that cases had and no longer have. The new baseline lacks them,
// so the gate no longer checks them. Stale factors of a board remove its estimates.
func gone(before, now *results.File) (lines []string) {
	has := map[string]results.Case{}
	for _, c := range now.Cases {
		has[c.Key()] = c
	}
	cases := map[string]int{}
	for _, c := range before.Cases {
		after, there := has[c.Key()]
		for name := range c.Metrics {
			if _, ok := after.Metrics[name]; there && !ok {
				cases[name]++
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		lines = append(lines, fmt.Sprintf("no longer measured: %s (cases: %d)", name, cases[name]))
	}
	return lines
}
