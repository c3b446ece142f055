package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tlslab/bench/results"
	"tlslab/bench/study/calibrate"
	"tlslab/core"
	"tlslab/core/build"
	"tlslab/core/library"
	"tlslab/emu/qemu"
	"tlslab/internal/confine"
	"tlslab/internal/input"
	"tlslab/internal/quantity"
	"tlslab/internal/status"
)

func newCalibrate(s *settings) *cobra.Command {
	var cores, firmware []string
	var explain string
	cmd := &cobra.Command{
		Use:   "calibrate [RUN...]",
		Short: "Compare the timing models with figures published for silicon",
		Long: "Runs single operations of the library on emulated boards and compares the cycles\n" +
			"of the timing models with published measurements of silicon\n" +
			"(bench/study/calibrate/silicon.toml). RUN is one of that file's runs; the\n" +
			"default is all of them. Writes OUT/calibrate.json.\n\n" +
			"--core names the library, of all runs or of some. Figures are best compared with\n" +
			"the version they were measured with. --firmware is an image that somebody else\n" +
			"built for the run's emulated machine; it must mark what it runs in its log, as\n" +
			"the lab's own program of primitives does.\n\n" +
			"Exit status 1 if a goal is missed. A run whose figures come from another version\n" +
			"of the library is not judged.",
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			silicon, err := calibrate.Load()
			if err != nil {
				return err
			}
			if len(args) > 0 {
				if err := silicon.Select(args); err != nil {
					return err
				}
			}
			c, err := s.openCalibration(ctx, cores, firmware)
			if err != nil {
				return err
			}
			for name := range c.firmware {
				if _, err := silicon.Run(name); err != nil {
					return fmt.Errorf("--firmware: %w", err)
				}
			}
			measured := map[string][]calibrate.Measured{}
			from := map[string]calibrate.Provenance{}
			for i := range silicon.Runs {
				r := &silicon.Runs[i]
				if r.Firmware && c.firmware[r.Name] == nil {
					s.say("run " + r.Name + ": left out; it needs --firmware " + r.Name + "=FILE")
					continue
				}
				s.say("run " + r.Name + ": " + r.Title)
				if measured[r.Name], err = c.run(ctx, silicon, r, from); err != nil {
					return fmt.Errorf("run %s: %w", r.Name, err)
				}
				if explain != "" {
					writeFunctions(s, r.Name, measured[r.Name], explain)
				}
			}
			outcomes, err := silicon.Compare(measured)
			if err != nil {
				return err
			}
			data, err := calibrate.JSON(outcomes, from)
			if err != nil {
				return err
			}
			if err := os.MkdirAll(s.outDir, 0o755); err != nil {
				return err
			}
			if err := results.WriteWhole(filepath.Join(s.outDir, "calibrate.json"), data); err != nil {
				return err
			}
			if err := calibrate.Write(s.stdout, outcomes, from); err != nil {
				return err
			}
			if missed := slices.DeleteFunc(outcomes, func(o calibrate.Outcome) bool { return !o.Judged(from) || o.Met() }); len(missed) > 0 {
				return status.Badf("calibrate: %d goals are missed, the first of run %s", len(missed), missed[0].Run.Name)
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&cores, "core", nil, coreHelp()+"; RUNS=CORE for the runs whose names fit a pattern alone (default: "+peerCore+")")
	cmd.Flags().StringArrayVar(&firmware, "firmware", nil, "RUN=FILE: ELF image that a run takes instead of building one")
	cmd.Flags().StringVar(&explain, "explain", "", "print what each function of this operation took")
	return cmd
}

// calibration is what all runs share.
type calibration struct {
	*settings
	cache    *core.Cache
	tools    *build.Toolchain
	builder  *build.Builder
	cores    []string          // as on the command line, the last that fits counts
	firmware map[string][]byte // by run
}

func (s *settings) openCalibration(ctx context.Context, cores, firmware []string) (*calibration, error) {
	c := &calibration{settings: s, cores: cores, firmware: map[string][]byte{}}
	var err error
	for _, arg := range firmware {
		run, file, found := strings.Cut(arg, "=")
		if !found {
			return nil, fmt.Errorf("--firmware %s: not of the form RUN=FILE", arg)
		}
		// As for a tree of the user's own (build.TrustError): what is not the
		// lab's is not run where only QEMU itself would hold it.
		if !s.trust && confine.InForce() == confine.None {
			return nil, fmt.Errorf("--firmware %s: not run: nothing confines QEMU on this machine (`tlslab doctor` says why), "+
				"and firmware can read your files; --trust runs one that you trust", arg)
		}
		if c.firmware[run], err = input.Read(file, input.Image); err != nil {
			return nil, fmt.Errorf("--firmware: %w", err)
		}
	}
	if c.cache, err = s.cache(); err != nil {
		return nil, err
	}
	if err := build.EnsureTools(ctx, slices.Concat(build.BuildTools, qemu.Tools), s.say); err != nil {
		return nil, err
	}
	if c.tools, err = build.FindToolchain(ctx); err != nil {
		return nil, err
	}
	if c.builder, err = s.builder(ctx, c.cache, c.tools); err != nil {
		return nil, err
	}
	c.builder.Revision, err = revision()
	return c, err
}

// source is the library of a run.
func (c *calibration) source(ctx context.Context, run string) (*core.Source, error) {
	name := peerCore
	for _, arg := range c.cores {
		pattern, of, found := strings.Cut(arg, "=")
		if !found {
			name = arg
			continue
		}
		fits, err := path.Match(pattern, run)
		if err != nil {
			return nil, fmt.Errorf("--core %s: %w", arg, err)
		}
		if fits {
			name = of
		}
	}
	return library.Resolve(ctx, name, c.cache, c.say)
}

// run builds and runs one image, and notes where its numbers come from.
func (c *calibration) run(ctx context.Context, silicon *calibrate.Silicon, r *calibrate.Run, from map[string]calibrate.Provenance) ([]calibrate.Measured, error) {
	board, err := silicon.Board(r.Board)
	if err != nil {
		return nil, err
	}
	m, err := openQEMU(ctx, board, c.cache, c.say)
	if err != nil {
		return nil, err
	}
	p := calibrate.Provenance{Board: board.Name, Versions: maps.Clone(m.Versions())}
	if firmware := c.firmware[r.Name]; firmware != nil {
		p.Library, p.Source = calibrate.OwnLibrary, core.SHA256(firmware)
		from[r.Name] = p
		return calibrate.Measure(ctx, m, firmware, nil, nil, nil)
	}
	src, err := c.source(ctx, r.Name)
	if err != nil {
		return nil, err
	}
	operations, err := silicon.OperationsOf(r.Name, src.Library)
	if err != nil {
		return nil, err
	}
	img, err := c.builder.Build(ctx, r.Spec(src, board, m.Target()))
	if err != nil {
		return nil, err
	}
	maps.Copy(p.Versions, c.tools.Versions)
	p.Library, p.Source, p.Flags = src.Version, src.Digest, slices.Concat(c.builder.ARMFlags(board, r.Optimise), r.Flags)
	from[r.Name] = p
	return calibrate.Measure(ctx, m, img.Firmware, operations, calibrate.Key, calibrate.SameOptions(img.Options))
}

// writeFunctions prints where an operation's instructions and cycles went.
func writeFunctions(s *settings, run string, all []calibrate.Measured, operation string) {
	for _, m := range all {
		if m.Operation.Name != operation {
			continue
		}
		fmt.Fprintf(s.stdout, "%s, %s %s\n%12s %12s %8s %10s %10s function\n", run, m.Operation.Name, m.Operation.Key, "insns", "est-cycles", "per insn", "flash", "calls")
		names := slices.SortedFunc(maps.Keys(m.Functions), func(a, b string) int {
			return int(m.Functions[b].MilliCycles/1000) - int(m.Functions[a].MilliCycles/1000)
		})
		for _, name := range names {
			f := m.Functions[name]
			fmt.Fprintf(s.stdout, "%12s %12s %8s %10s %10s %s\n", quantity.Count(int64(f.Ops)), quantity.Quotient(int64(f.MilliCycles), 1000, 0), quantity.Quotient(int64(f.MilliCycles), 1000*int64(max(f.Ops, 1)), 3), quantity.Count(int64(f.FlashReads)), quantity.Count(int64(f.Calls)), name)
		}
	}
}
