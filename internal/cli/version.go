package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"tlslab/core/library"
)

// version says what this build is: the module's version or its commit, as the
// Go toolchain wrote it down. A build without version control (make build makes
// one, so that its bytes are the same everywhere) is identified by the
// digest of the program.
func version() string {
	v := "unknown"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if v = info.Main.Version; v == "" || v == "(devel)" {
		v = "devel"
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			v += " " + s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			v += " with changes"
		}
	}
	return v
}

func newVersion(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of tlslab and of the libraries that are built in",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			digest, err := revision()
			if err != nil {
				return err
			}
			fmt.Fprintf(s.stdout, "tlslab %s\nbuild %.16s, %s, %s/%s\n", version(), digest, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			for _, p := range library.Pins() {
				fmt.Fprintf(s.stdout, "%s: %s %s\n", p.Core, p.Package, p.Version)
			}
			return nil
		},
	}
}
