package cli

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tlslab/bench/lab"
	"tlslab/bench/live"
	"tlslab/bench/results"
	"tlslab/emu/records"
	"tlslab/internal/metric"
	"tlslab/internal/status"
	"tlslab/internal/strict"
)

func newConnect(s *settings) *cobra.Command {
	var sel selection
	var server, ca, hostname, rtc string
	var files captureFiles
	var patience patienceFlags
	cmd := &cobra.Command{
		Use:   "connect PROFILE --server HOST:PORT",
		Short: "Run a profile's guest against a real server",
		Long: "Runs a profile's capped guest against a real server, TLS over TCP or DTLS over\n" +
			"UDP as the scenario says. Prints its phases, ticks and heap, what each end\n" +
			"offered and what was agreed. As in bench, the scenario adds the options that it\n" +
			"needs. Without --ca the guest trusts the scenario's own test root. A\n" +
			"conversation with a server that takes longer than --limit, or sends more than 16\n" +
			"MiB, is ended. If the scenario resumes a session, connect dials twice and counts\n" +
			"the second connection.\n\n" +
			"Exit status 1 if the handshake fails.\n\n" +
			"The guest's random numbers are seeded, so that runs repeat. Anyone can compute\n" +
			"the keys of such a connection: send nothing secret through it.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			host, _, err := net.SplitHostPort(server)
			if err != nil {
				return fmt.Errorf("--server %q: want HOST:PORT", server)
			}
			if err := cmp.Or(files.check(), patience.check()); err != nil {
				return err
			}
			plan, err := s.plan(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			job, err := chooseEnd(plan, &sel, false)
			if err != nil {
				return err
			}
			conn := live.Connection{Hostname: host, Again: true}
			if ca != "" {
				u, err := s.loadCA(ca)
				if err != nil {
					return err
				}
				conn.RootPEM = u.PEM
			} else {
				conn.Hostname = job.Scenario.Hostname
			}
			if hostname != "" {
				conn.Hostname = hostname
			}
			if conn.RTC, err = timeOr(time.Now().UTC(), "rtc", rtc); err != nil {
				return err
			}
			l, err := s.openLab(ctx, sel.coreOf(plan.Profile))
			if err != nil {
				return err
			}
			defer l.close()
			conn.Patience, conn.Heard = live.Patience(patience), new(records.Conversation)
			conn.Dial = live.Dialer(job.Scenario, server)
			conn.Capture = files.live(s)
			got, err := live.Connect(ctx, l.Bench, plan, job, conn)
			if err != nil {
				return err
			}
			printCase(s, got)
			printAgreement(s.stdout, conn.Heard)
			if err := files.write(s, conn.Capture); err != nil {
				return err
			}
			if got.Outcome != results.OutcomeConnected {
				return status.Badf("%s: %s", server, got.Ended())
			}
			return nil
		},
	}
	sel.flags(cmd, extent{config: last, scenario: first, machine: metric.WASM, machines: allMachines})
	cmd.Flags().StringVar(&server, "server", "", "HOST:PORT of the server")
	cmd.Flags().StringVar(&ca, "ca", "", "PEM file of the roots to trust")
	cmd.Flags().StringVar(&hostname, "hostname", "", "name the certificate must have (default: HOST, or the test certificates')")
	cmd.Flags().StringVar(&rtc, "rtc", "", "what the guest's calendar clock says, RFC 3339 (default: now)")
	files.flags(cmd)
	patience.flags(cmd, "server")
	if err := errors.Join(cmd.MarkFlagRequired("server"), cmd.MarkFlagFilename("ca", "pem", "crt")); err != nil {
		panic(err) // the flags are defined above
	}
	return cmd
}

// timeOr reads the time that a flag is given; "" is now.
func timeOr(now time.Time, flag, text string) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("--%s %q: want RFC 3339, as 2026-01-01T00:00:00Z", flag, text)
	}
	return t, nil
}

// choose finds the job of a configuration and a scenario.
func choose(plan *lab.Plan, config, scenario string) (*lab.Job, error) {
	p, scenarios := plan.Profile, plan.Scenarios()
	if config == "" {
		config = p.Configs[len(p.Configs)-1].Name
	}
	if scenario == "" {
		scenario = scenarios[0]
	}
	var configs []string
	for i := range plan.Jobs {
		j := &plan.Jobs[i]
		if j.Variant.Name == config && j.Scenario.Name == scenario {
			return j, nil
		}
		if j.Scenario.Name == scenario {
			configs = append(configs, j.Variant.Name)
		}
	}
	if len(configs) == 0 {
		return nil, strict.Unknown("scenario of "+p.Name, scenario, scenarios)
	}
	return nil, strict.Unknown("config of "+p.Name, config, configs)
}

// printCase prints one run: its phases, then its totals.
func printCase(s *settings, c *results.Case) {
	columns := slices.DeleteFunc(metric.In(metric.InPhases), func(name string) bool {
		return !slices.ContainsFunc(c.Phases, func(p results.Phase) bool { _, ok := p.Metrics[name]; return ok })
	})
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "phase\t"+strings.Join(columns, "\t")+"\t")
	for _, p := range c.Phases {
		fmt.Fprint(w, p.Name+"\t")
		for _, m := range columns {
			fmt.Fprintf(w, "%d\t", p.Metrics[m])
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	fmt.Fprintf(s.stdout, "\n%s, %s: %s\n", c.Config, c.Scenario, c.Outcome)
	w = tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	for _, name := range metric.In(metric.InRun) {
		if v, ok := c.Metrics[name]; ok {
			fmt.Fprintf(w, "%s\t%d\n", name, v)
		}
	}
	w.Flush()
	for _, line := range slices.Concat(c.Advice, c.Warnings) {
		fmt.Fprintln(s.stdout, line)
	}
}
