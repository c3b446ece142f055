package cli

import (
	"bytes"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/bench/lab"
	"tlslab/bench/pprof"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/internal/status"
)

func newProfile(s *settings) *cobra.Command {
	var sel selection
	var out string
	cmd := &cobra.Command{
		Use:   "profile PROFILE",
		Short: "Show where a handshake's time and heap go; write a profile for go tool pprof",
		Long: "Runs one configuration in one scenario and prints the shares of its primitives\n" +
			"and of each certificate. With -o it writes a profile that `go tool pprof -http=:\n" +
			"FILE` shows as a flame graph: instructions, estimated cycles, bytes allocated,\n" +
			"and what the heap holds at its peak, by phase and function.\n\n" +
			"The emulated board has whole call stacks; the wasm machine has functions only.\n" +
			"For the board it also prints the calls on the way to the deepest stack, with the\n" +
			"frame of each.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			l, plan, job, err := s.openJob(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			defer l.close()
			t, err := l.Trace(ctx, plan, job)
			if err != nil {
				return err
			}
			run := pprofRun(l, t, job)
			if out != "" {
				var b bytes.Buffer
				if err := pprof.Write(&b, run); err != nil {
					return err
				}
				if err := results.WriteWhole(out, b.Bytes()); err != nil {
					return err
				}
				s.say("wrote " + out + "; go tool pprof -http=: " + out + " shows it")
			}
			fmt.Fprintf(s.stdout, "%s, %s on %s (%s)\n", job.Variant.Name, job.Scenario.Name, job.Board.Name, job.Machine)
			if err := printShares(s.stdout, run, l.Source.Library); err != nil {
				return err
			}
			if err := printStack(s.stdout, t); err != nil {
				return err
			}
			if t.Outcome != results.OutcomeConnected {
				return status.Badf("%s: %s: the profile ends there", t.Outcome, t.Detail)
			}
			return nil
		},
	}
	sel.flags(cmd, extent{config: last, scenario: first, machine: metric.QEMU, machines: allMachines})
	cmd.Flags().StringVarP(&out, "output", "o", "", "write a pprof profile (cpu.pb.gz)")
	return cmd
}

// pprofRun is a traced run as bench/pprof takes it.
func pprofRun(l *openedLab, t *lab.Traced, job *lab.Job) *pprof.Run {
	run := &pprof.Run{Unit: metric.Insns, Tree: t.Tree, Heap: t.Heap}
	if job.Machine == l.Machine.Name() {
		run.Unit = l.Machine.Units().Ops
	}
	for _, ph := range t.PhaseFunctions {
		run.Phases = append(run.Phases, pprof.Phase{Name: ph.Phase, Calls: ph.Calls, Functions: ph.Functions})
	}
	return run
}

func printShares(w io.Writer, run *pprof.Run, library core.Library) error {
	var handshake []pprof.Phase
	for _, ph := range run.Phases {
		if emu.InHandshake(ph.Name) {
			handshake = append(handshake, ph)
		}
	}
	shares := pprof.Parts(handshake, library.Part)
	var ops, milli uint64
	for _, s := range shares {
		ops, milli = ops+s.Ops, milli+s.MilliCycles
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(name string, s pprof.Share) {
		cycles, share := "", quantity.Share(int64(s.Ops), int64(ops))
		if milli > 0 {
			cycles, share = quantity.Quotient(int64(s.MilliCycles), 1000, 0), quantity.Share(int64(s.MilliCycles), int64(milli))
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t\n", name, quantity.Count(int64(s.Ops)), cycles, share)
	}
	head := func(what string) {
		cycles := ""
		if milli > 0 {
			cycles = "est-cycles"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\tof the handshake\t\n", what, run.Unit, cycles)
	}
	head("primitive")
	for _, s := range shares {
		line(s.Name, s)
	}
	if certs := pprof.Certificates(run.Phases); len(certs) > 0 {
		fmt.Fprintln(tw, "\t\t\t\t")
		head("certificate or signature")
		for _, s := range certs {
			line(s.Name, s)
		}
	}
	return tw.Flush()
}
