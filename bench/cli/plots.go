package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"tlslab/plots"
)

func newPlots(s *settings) *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use:               "plots PROFILE",
		Short:             "Draw the figures of a results file again",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, _, f, err := s.lastResults(args[0], from)
			if err != nil {
				return err
			}
			if to == "" {
				to = filepath.Join(s.outDir, p.Name)
			}
			figures, err := plots.Render(to, f)
			if err != nil {
				return err
			}
			for _, name := range figures {
				fmt.Fprintln(s.stdout, name)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "results", "", "results file (default OUT/PROFILE/results.json)")
	cmd.Flags().StringVar(&to, "dir", "", "directory to write to (default OUT/PROFILE)")
	return cmd
}
