package cli

import "github.com/spf13/cobra"

func newPerf(s *settings) *cobra.Command {
	return &cobra.Command{Use: "perf", Short: "Measure the tool's own speed against its goals", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return nil }}
}
