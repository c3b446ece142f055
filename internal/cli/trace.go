package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tlslab/bench/adapt"
	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/results/sequence"
	"tlslab/bench/study/trace"
	"tlslab/emu/capture"
	"tlslab/internal/metric"
	"tlslab/internal/status"
	"tlslab/plots"
	"tlslab/profiles"
	"tlslab/profiles/dialect"
)

func newTrace(s *settings) *cobra.Command {
	var sel selection
	var dir string
	var debug int
	var files captureFiles
	cmd := &cobra.Command{
		Use:   "trace PROFILE",
		Short: "Show a handshake message by message; write it for Wireshark",
		Long: "Runs one configuration in one scenario and prints who sends what and when\n" +
			"(virtual time), how long each message is, and what the client executed and held\n" +
			"in heap at each step. A step stands beside the last message that it sent or\n" +
			"received. An encrypted message is named by the step its sender was in. DTLS\n" +
			"shows fragments, losses and retransmissions. Writes trace.json and the sequence\n" +
			"diagram to the directory of -o.\n\n" +
			"--pcap writes the conversation as packets together with their secrets, so that\n" +
			"Wireshark decrypts it at once. --keylog writes the secrets alone\n" +
			"(SSLKEYLOGFILE). They come from the reference server, so the measured client\n" +
			"does not change. --debug compiles the library's debug messages into the client\n" +
			"(" + dialect.Default().DebugOption + ") and shows those up to a level: 0 none, 1 error, 2 state\n" +
			"change, 3 informational, 4 verbose.\n\n" +
			"Exit status 1 if the run does not end as its scenario expects.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if err := files.check(); err != nil {
				return err
			}
			plan, err := s.plan(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			job, err := sel.job(plan)
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("debug") {
				if err := profiles.CheckDebug(debug); err != nil {
					return fmt.Errorf("--debug %w", err)
				}
				if err := job.Rescene(job.Scenario.WithDebug(debug)); err != nil {
					return err
				}
			}
			l, err := s.openLab(ctx, sel.coreOf(plan.Profile))
			if err != nil {
				return err
			}
			defer l.close()
			if err := adapt.To(plan, l.Source); err != nil {
				return err
			}
			c, err := trace.Follow(ctx, l.Bench, plan, job)
			if err != nil {
				return err
			}
			if err := c.Sequence.Text(s.stdout); err != nil {
				return err
			}
			if err := s.writeTrace(cmp.Or(dir, filepath.Join(s.outDir, plan.Profile.Name)), c.Sequence); err != nil {
				return err
			}
			if err := files.write(s, c.Capture); err != nil {
				return err
			}
			return asExpected(c, job)
		},
	}
	sel.flags(cmd, extent{config: last, scenario: first, machine: metric.WASM, machines: allMachines})
	cmd.Flags().StringVarP(&dir, "output", "o", "", "directory of trace.json and the figure (default OUT/PROFILE)")
	cmd.Flags().IntVar(&debug, "debug", 0, "level of the library's debug messages (default: the scenario's; not compiled in)")
	files.flags(cmd)
	return cmd
}

// writeTrace writes a conversation and its figure.
func (s *settings) writeTrace(dir string, f *sequence.File) error {
	if err := sequence.Write(dir, f); err != nil {
		return err
	}
	drawn, err := plots.RenderSequence(dir, f)
	for _, name := range append([]string{filepath.Join(dir, sequence.Name)}, drawn...) {
		s.say("wrote " + name)
	}
	return err
}

// asExpected is an error where a run ended otherwise than its scenario says.
func asExpected(c *trace.Followed, job *lab.Job) error {
	if string(c.Outcome) == job.Scenario.Expect {
		return nil
	}
	return status.Badf("%s: %s", job.Scenario.Name, results.Case{Outcome: c.Outcome, Detail: c.Detail}.Ended())
}

// captureFiles are where a conversation is written to for Wireshark.
type captureFiles struct{ pcap, keylog string }

func (f *captureFiles) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.pcap, "pcap", "", "write the packets to this file (pcapng), with the secrets to decrypt them")
	cmd.Flags().StringVar(&f.keylog, "keylog", "", "write the secrets to this file (SSLKEYLOGFILE)")
}

// check finds that a file can't be written before there is a conversation to lose.
func (f *captureFiles) check() error {
	for _, name := range []string{f.pcap, f.keylog} {
		if name == "" {
			continue
		}
		if _, err := os.Stat(filepath.Dir(name)); err != nil {
			return fmt.Errorf("%s: its directory: %w", name, err)
		}
	}
	return nil
}

// live is what a conversation with a real peer is kept in, where a file of it is
// asked for: else nil.
func (f *captureFiles) live(s *settings) *capture.Capture {
	if f.pcap == "" && f.keylog == "" {
		return nil
	}
	s.say("the guest is built to tell its secrets: its code and its ticks are more than the configuration's")
	return new(capture.Capture)
}

// write writes those that are asked for, each whole or not at all.
func (f *captureFiles) write(s *settings, c *capture.Capture) error {
	if c == nil {
		return nil
	}
	if f.pcap != "" {
		var b bytes.Buffer
		if err := capture.Write(&b, c); err != nil {
			return err
		}
		if err := results.WriteWhole(f.pcap, b.Bytes()); err != nil {
			return err
		}
		s.say("wrote " + f.pcap)
	}
	if f.keylog != "" {
		if err := results.WriteWhole(f.keylog, capture.KeyLogText(c.KeyLog)); err != nil {
			return err
		}
		s.say("wrote " + f.keylog)
	}
	return nil
}
