package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tlslab/bench/results"
	"tlslab/profiles"
	"tlslab/profiles/export"
)

func newConfigExport(s *settings) *cobra.Command {
	var scenario, format, output, coreName string
	cmd := &cobra.Command{
		Use: "export X", Short: "Write a configuration as a header or in a system's own format",
		Long: "Writes a configuration as the library's header, as lines for RT-Thread's .config\n" +
			"(kconfig), Zephyr's prj.conf or ESP-IDF's sdkconfig. What a format cannot\n" +
			"express is named in comments and on stderr.\n\n" + configNames,
		Args: cobra.ExactArgs(1), ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := s.configOf(cmd.Context(), args[0], scenario, coreName)
			if err != nil {
				return err
			}
			macros, err := profiles.Own(c.variant, c.scenario)
			if err != nil {
				return err
			}
			text, unsaid, err := export.Write(c.profile.Dialect(), format, macros)
			if err != nil {
				return err
			}
			if output == "" {
				_, err = s.stdout.Write(text)
			} else if err = os.MkdirAll(filepath.Dir(output), 0o755); err == nil {
				err = results.WriteWhole(output, text)
			}
			if len(unsaid) > 0 {
				s.say(fmt.Sprintf("%s has no word for %d of the options; they are named in its comments", format, len(unsaid)))
			}
			return err
		},
	}
	cmd.Flags().StringVarP(&scenario, "scenario", "S", "", "scenario whose needs to add")
	coreFlag(cmd, &coreName)
	cmd.Flags().StringVar(&format, "format", "header", "header, kconfig (RT-Thread), zephyr or esp-idf")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write (default: stdout)")
	return cmd
}
