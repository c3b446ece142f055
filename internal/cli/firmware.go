package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/internal/status"
)

func newFirmware(s *settings) *cobra.Command {
	var sel selection
	var out string
	cmd := &cobra.Command{
		Use:   "firmware PROFILE",
		Short: "Build the firmware of a case for the board itself, for --machine serial",
		Long: "Builds one configuration in one scenario for the profile's board, with its\n" +
			"messages on the board's serial port, and prints how to write it to the board.\n" +
			"`tlslab bench PROFILE --machine serial:PATH` then measures it there.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			l, plan, job, err := s.openJob(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			defer l.close()
			target, err := core.BoardTarget(job.Board)
			if err != nil {
				return err
			}
			spec, err := l.Spec(plan.Profile, job, board{l.Machine, target})
			if err != nil {
				return err
			}
			img, err := l.Builder.Build(ctx, spec)
			var build *core.BuildError
			if errors.As(err, &build) {
				return &status.Bad{Err: err}
			}
			if err != nil {
				return err
			}
			if over := img.Sizes.FlashOver; over > 0 {
				return status.Badf("the image exceeds the board's flash by %s", quantity.Bytes(over))
			}
			if over := img.Sizes.RAMOver; over > 0 {
				return status.Badf("static data, stack and heap exceed the board's RAM by %s", quantity.Bytes(over))
			}
			if err := results.WriteWhole(out, img.Firmware); err != nil {
				return err
			}
			fmt.Fprintf(s.stdout, "%s: %s, %s for %s, identity %08x\n", out, job.Variant.Name, job.Scenario.Name, job.Board.Name, img.Identity)
			fmt.Fprintf(s.stdout, "serial port: %s, %d baud\n", target.UART.Name, target.UART.Baud)
			if with := job.Board.FlashWith; with != "" {
				fmt.Fprintln(s.stdout, "write it with:", with)
			}
			return nil
		},
	}
	sel.flags(cmd, extent{config: last, scenario: first, machine: metric.WASM, machines: []metric.Machine{metric.WASM}})
	cmd.Flags().StringVarP(&out, "output", "o", "firmware.elf", "the file to write")
	return cmd
}

// board is the lab's machine with a board's own memories: what firmware for it
// is linked to.
type board struct {
	emu.Machine
	target *core.Target
}

// Target is the board itself.
func (b board) Target() *core.Target { return b.target }
