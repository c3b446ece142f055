package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tlslab/core"
	"tlslab/core/build"
	"tlslab/core/library"
	"tlslab/internal/strict"
	"tlslab/profiles"
)

const configNames = "X is PROFILE (its last configuration), PROFILE:CONFIG, a configuration header (.h),\n" +
	"a list of macros (.txt), the name of a built-in list, or \"core\": the library's own\n" +
	"header. -S adds what the scenario needs."

func newConfig(s *settings) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Show, compare and export configurations", Long: "Shows, compares and exports configurations.\n\n" + configNames, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(newConfigShow(s), newConfigDiff(s), newConfigExport(s))
	return cmd
}

// chosen is a configuration that an argument names.
type chosen struct {
	profile  *profiles.Profile
	variant  profiles.Variant
	scenario *profiles.Scenario // nil for none
	coreName string
}

// configOf reads what X names.
func (s *settings) configOf(ctx context.Context, x, scenario, coreName string) (*chosen, error) {
	name, config, _ := strings.Cut(x, ":")
	own := strings.HasSuffix(x, ".h") || strings.HasSuffix(x, ".txt") || x == profiles.CoreBase || slices.Contains(profiles.BaseNames(), x)
	var p *profiles.Profile
	var err error
	switch {
	case own:
		config = ""
		p, err = profiles.LoadConfig(x, coreName)
	case strings.HasSuffix(name, ".toml") || slices.Contains(profiles.Names(), name):
		p, err = profiles.LoadFor(name, coreName)
	default:
		err = strict.Unknown("configuration", x, slices.Concat(profiles.Names(), profiles.BaseNames(), []string{profiles.CoreBase}))
	}
	if err != nil {
		return nil, err
	}
	c := &chosen{profile: p, coreName: cmp.Or(coreName, p.Core, peerCore)}
	if p.FromCore() {
		if err := s.useCore(ctx, p, c.coreName); err != nil {
			return nil, err
		}
	}
	if c.variant, err = p.Config(config); err != nil {
		return nil, err
	}
	if scenario != "" {
		c.scenario, err = profiles.LoadScenario(p, scenario)
	}
	return c, err
}

func coreFlag(cmd *cobra.Command, coreName *string) {
	cmd.Flags().StringVar(coreName, "core", "", coreHelp()+"; its own header is meant (default: the profile's)")
}

// preprocessed are the options of a configuration as the compiler of the wasm
// target sees them, with MBEDTLS_.
func (s *settings) preprocessed(ctx context.Context, c *chosen) (map[string]string, error) {
	header, _, err := profiles.Render(c.variant, c.scenario)
	if err != nil {
		return nil, err
	}
	cache, err := s.cache()
	if err != nil {
		return nil, err
	}
	if err := build.EnsureTools(ctx, build.BuildTools, s.say); err != nil {
		return nil, err
	}
	tools, err := build.FindToolchain(ctx)
	if err != nil {
		return nil, err
	}
	src, err := library.Resolve(ctx, c.coreName, cache, s.say)
	if err != nil {
		return nil, err
	}
	b, err := s.builder(ctx, cache, tools)
	if err != nil {
		return nil, err
	}
	return b.Options(ctx, &core.Spec{Source: src, Role: core.Client, Header: header, HeaderDirs: c.variant.Dirs(), WasmOpt: "-O2"})
}
