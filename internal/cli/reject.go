package cli

import (
	"errors"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"tlslab/bench/lab"
	"tlslab/bench/study/reject"
	"tlslab/internal/metric"
	"tlslab/internal/status"
	"tlslab/internal/strict"
	"tlslab/profiles"
)

func newReject(s *settings) *cobra.Command {
	var sel selection
	var tries []string
	var search bool
	cmd := &cobra.Command{
		Use:   "reject PROFILE",
		Short: "Show what configurations wrongly accept, and which option refuses it",
		Long: "Confronts each configuration of a profile, in each scenario, with what a client\n" +
			"must refuse: bad certificates, messages and records changed on their way, and a\n" +
			"server that breaks the protocol. Each try has a verdict:\n\n" +
			"  refused         the client ended the conversation with its error\n" +
			"  caught          the client went along, and the server noticed from Finished\n" +
			"  accepted        the client connected\n" +
			"  otherwise       the run failed for another reason\n" +
			"  no-effect       DTLS dropped the record; the answer was read once and whole\n" +
			"  not-applicable  the conversation has nothing that the try changes\n\n" +
			"For each accepted try it changes the options that may decide it, one after the\n" +
			"other, and names those with which it is refused, or the call that an application\n" +
			"has to make.\n\n" +
			"Writes OUT/PROFILE/reject.json. Exit status 1 if a try is accepted that the\n" +
			"scenario's checks name or that TLS itself forbids.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			checks, err := parseTries(tries)
			if err != nil {
				return err
			}
			plan, err := s.plan(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			jobs, err := rejectJobs(plan, &sel)
			if err != nil {
				return err
			}
			l, err := s.openLab(ctx, sel.coreOf(plan.Profile))
			if err != nil {
				return err
			}
			defer l.close()
			cat, err := l.Source.Options()
			if err != nil {
				return err
			}
			f := &reject.File{Schema: reject.Schema, Profile: plan.Profile.Name}
			bar := progress(s.stderr, len(jobs), "putting to the test")
			for _, j := range jobs {
				r, err := reject.Explain(ctx, l.Lab, plan, j, reject.Question{Tries: checks, Options: cat, Search: search})
				if err != nil {
					return err
				}
				f.Reports = append(f.Reports, *r)
				bar.Add(1)
			}
			bar.Finish()
			dir := filepath.Join(s.outDir, plan.Profile.Name)
			if err := errors.Join(reject.Write(dir, f), f.WriteText(s.stdout)); err != nil {
				return err
			}
			s.say("wrote " + filepath.Join(dir, reject.Name))
			if first, n := f.Bad(); n > 0 {
				return status.Badf("%d tries that must be refused were not; the first: %s", n, first)
			}
			return nil
		},
	}
	sel.flags(cmd, extent{config: all, scenario: all, machine: metric.WASM, machines: []metric.Machine{metric.WASM}})
	cmd.Flags().StringArrayVar(&tries, "try", nil, "try this alone; repeatable (default: all that the scenario can be put to)")
	cmd.Flags().BoolVar(&search, "search", false, "for what was accepted turn every option on which security hangs, not only the likely ones")
	return cmd
}

// parseTries refuses an unknown try.
func parseTries(tries []string) ([]profiles.Check, error) {
	all := slices.Concat(profiles.Checks(), profiles.AllWireChecks())
	var checks []profiles.Check
	for _, t := range tries {
		c := profiles.Check(t)
		if !slices.Contains(all, c) {
			return nil, strict.Unknown("try", c, all)
		}
		checks = append(checks, c)
	}
	return checks, nil
}

// rejectJobs are the jobs of the configurations themselves, without variations.
func rejectJobs(plan *lab.Plan, sel *selection) ([]*lab.Job, error) {
	chosen := *sel
	if len(chosen.configs) == 0 {
		for _, c := range plan.Profile.Configs {
			chosen.configs = append(chosen.configs, c.Name)
		}
	}
	return chosen.jobsOf(plan)
}
