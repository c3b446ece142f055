package cli

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/bench/results"
	"tlslab/bench/study/reject"
	"tlslab/bench/study/sample"
	"tlslab/boards"
	"tlslab/core"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/internal/status"
	"tlslab/internal/strict"
	"tlslab/profiles"
)

func newTLSTest(s *settings) *cobra.Command {
	var sel selection
	var verify, checkFlag string
	var bare bool
	cmd := &cobra.Command{
		Use:   "tls-test PROFILE",
		Short: "Run the manual's sample tls_test on its session API, and print what it prints",
		Long: "Runs the manual's sample application (chapter 3) on the session API of its\n" +
			"chapter 7.1 against the reference server, and prints what the device prints.\n" +
			"Then prints what the API costs more than the measured client, whose contexts are\n" +
			"static.\n\n" +
			"Memory is in bytes requested, without the allocator's own. Ticks are those of\n" +
			"the wire's virtual time at the board's tick rate; computing takes none. An\n" +
			"estimate of the computing time on the board is printed below.\n\n" +
			"The manual's default is to verify the certificate and to go on whatever the\n" +
			"result (MBEDTLS_SSL_VERIFY_OPTIONAL, 5.6). With --check a server shows a bad\n" +
			"one.\n\n" +
			"Exit status 1 if the sample fails, or connects to what it must refuse.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			check := profiles.Check(checkFlag)
			if check != "" && !slices.Contains(profiles.Checks(), check) {
				return fmt.Errorf("--check: %w", strict.Unknown("check", check, profiles.Checks()))
			}
			if modes := []string{"optional", "required"}; !slices.Contains(modes, verify) {
				return fmt.Errorf("--verify: %w", strict.Unknown("mode", verify, modes))
			}
			l, plan, job, err := s.openJob(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			defer l.close()
			run, err := sample.RunSample(ctx, l.Bench, plan, job, check, verify == "required")
			if err != nil {
				return err
			}
			io.WriteString(s.stdout, run.Transcript)
			if run.Case.Outcome == results.OutcomeConnected && check == "" && !bare {
				if err := printSample(s.stdout, run, job.Board); err != nil {
					return err
				}
			}
			return sampleVerdict(l.Source.Library, run, check)
		},
	}
	sel.flags(cmd, extent{config: last, scenario: first, machines: allMachines})
	cmd.Flags().StringVar(&checkFlag, "check", "", "bad certificate for the server to show: "+joined(profiles.Checks(), ", "))
	cmd.Flags().StringVar(&verify, "verify", "optional", "what a bad certificate does: optional (goes on: the manual's default), required (ends it)")
	cmd.Flags().BoolVar(&bare, "transcript", false, "print what the device prints and no more")
	return cmd
}

// sampleVerdict is an error where the sample did what it must not.
func sampleVerdict(library core.Library, run *sample.SampleRun, check profiles.Check) error {
	connected := run.Case.Outcome == results.OutcomeConnected
	switch {
	case connected && run.Unverified != "":
		return status.Badf("the certificate is not verified (%s), and the request was sent all the same: the manual's MBEDTLS_SSL_VERIFY_OPTIONAL; --verify required refuses", run.Unverified)
	case connected && check != "":
		return status.Badf("the %s certificate was taken for a good one", check)
	case !connected && check == "":
		return status.Badf("%s", run.Case.Ended())
	case !connected && !reject.Refusal(library, check, run.Case.Outcome).Refused:
		return status.Badf("refused, but not for the certificate: %s", run.Case.Ended())
	}
	return nil
}

// printSample prints what the API costs, and the time it computes.
func printSample(w io.Writer, run *sample.SampleRun, board *boards.Board) error {
	fmt.Fprintf(w, "\n%s, %s on %s, %s, %s:\n", run.Case.Config, run.Case.Scenario, run.Case.Board, run.Case.Machine, run.Case.Core)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tsession API\tclient\tthe API adds\t")
	for _, m := range metric.In(metric.InSample) {
		a, ok := run.Case.Metrics[m]
		b, both := run.Client.Metrics[m]
		if ok && both {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t\n", m, quantity.Count(a), quantity.Count(b), quantity.Signed(a-b))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "the session's buffer of 1 024 B is on the heap; the client's is static, and no part of what TLS takes")
	if ticks, ok := run.Case.Metrics[metric.EstTicks]; ok {
		fmt.Fprintf(w, "est-ticks %d of %s: what computing the handshake adds to the ticks above on the board\n", ticks, quantity.Hertz(board.RTOSTickHz))
	}
	return nil
}
