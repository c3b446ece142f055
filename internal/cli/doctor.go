package cli

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/core/build"
	"tlslab/core/library"
	"tlslab/core/source"
	"tlslab/emu/qemu"
	"tlslab/internal/confine"
	"tlslab/internal/status"
)

// testTools are what `make test` compares with; measuring needs none of them.
var testTools = []build.Tool{
	{Name: "wasm-interp", Package: "wabt", Use: "tests: independent trace of the unmetered guest"},
	{Name: "openssl", Package: "openssl", Use: "tests: a real server to connect to", Ask: "version"},
	{Name: "gnutls-serv", Package: "gnutls-bin", Use: "tests: another real server"},
	{Name: "gnutls-cli", Package: "gnutls-bin", Use: "tests: a real client to serve"},
	{Name: "nginx", Package: "nginx", Use: "tests: a third real server (its package starts a service)", Ask: "-v"},
	{Name: "curl", Package: "curl", Use: "tests: another real client"},
	{Name: "nano.specs", Of: "arm-none-eabi-gcc", Package: "libnewlib-arm-none-eabi", Use: "tests: newlib, whose allocator is compared with the model"},
	{Name: "tshark", Package: "tshark", Use: "tests: another reader of captured conversations"},
}

// versionMost is how much of a tool's version is shown: curl's names every library.
const versionMost = 60

// allTools are the tools of measuring, of the emulated boards, and of tests.
func allTools() []build.Tool { return slices.Concat(build.BuildTools, qemu.Tools, testTools) }

func newDoctor(s *settings) *cobra.Command {
	var install bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Show every tool the lab uses, its version, and how to get what is missing",
		Long: "Shows every tool the lab uses, its version, and the command that installs what\n" +
			"is missing. Exit status 1 if a tool that measuring needs is missing.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if install {
				if err := build.EnsureTools(ctx, allTools(), s.say); err != nil {
					return err
				}
			}
			w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintf(w, "go\t%s\tbuilds this program\n", runtime.Version())
			var packages []string
			needed := 0
			for _, t := range allTools() {
				v, err := t.Version(ctx)
				if err != nil {
					v = "MISSING"
					if !slices.Contains(packages, t.Package) {
						packages = append(packages, t.Package)
					}
					if slices.Contains(build.BuildTools, t) {
						needed++
					}
				}
				v = v[:min(len(v), versionMost)]
				fmt.Fprintf(w, "%s\t%s\t%s\n", t.Name, v, t.Use)
			}
			apt := "MISSING"
			if p, err := exec.LookPath("apt-get"); err == nil {
				apt = p
			}
			fmt.Fprintf(w, "apt-get\t%s\tfetches the library's source and missing tools\n", apt)
			cache, err := s.cache()
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "confinement\t%s\t%s\n", confine.InForce(), confine.InForce().Describe())
			for _, p := range library.Pins() {
				state := "not fetched yet"
				if source.Fetched(&p, cache) {
					state = p.Version
				}
				fmt.Fprintf(w, "%s\t%s\tsource, SHA-256 %s\n", p.Core, state, p.SHA256)
				if s := library.Support(&p); s != nil {
					fmt.Fprintf(w, "\t\tupstream: %s\n", s)
				}
			}
			fmt.Fprintf(w, "cache\t%s\tsources, objects, results\n", filepath.Clean(cache.Dir))
			if err := w.Flush(); err != nil {
				return err
			}
			if len(packages) > 0 {
				fmt.Fprintln(s.stdout, "\nto install what is missing:", build.InstallCommand(packages))
			}
			if needed > 0 {
				return status.Badf("doctor: %d tools that measuring needs are missing", needed)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&install, "install", false, "install what is missing, including the tools of the tests (needs root and apt-get)")
	return cmd
}
