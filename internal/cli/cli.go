// Package cli is the command line: one file a verb. It alone ties concrete
// machines, the environment and the clock to the packages that measure.
package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"tlslab/core"
	"tlslab/internal/cache"
	"tlslab/internal/confine"
	"tlslab/internal/status"
)

// Exit statuses, as diff(1): 0 fine, 1 the measured thing is bad, 2 it could
// not be told. 130 is what shells say of a program that Ctrl-C ended.
const (
	exitFine        = 0
	exitBad         = 1
	exitTool        = 2
	exitInterrupted = 130
)

// patience is how long what is under way has to end after the first signal. A
// guest that computes can't be stopped within a step. If a garbage collection begins
// meanwhile, the whole process waits for the guest. Then no signal but SIGKILL has an
// effect before the guest's budget is used up.
const patience = 4 * time.Second

// Main runs the command and returns its exit status. The first SIGINT or SIGTERM
// lets it end in order, but not for long; the second ends it at once. No process
// that it started outlives it.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	ended := make(chan int, 1)
	go func() { ended <- execute(ctx, args, stdout, stderr) }()
	select {
	case status := <-ended:
		return status
	case s := <-signals:
		cancel(signalError{s})
	}
	select {
	case status := <-ended:
		if status == exitFine {
			return exitFine
		}
	case <-signals:
		fmt.Fprintln(stderr, "tlslab: interrupted twice")
	case <-time.After(patience):
		fmt.Fprintf(stderr, "tlslab: interrupted; something went on for %v and was given up\n", patience)
	}
	confine.End()
	cache.EndScratch()
	return exitInterrupted
}

// execute runs the command until it ends, and tells what went wrong.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out := &printed{Writer: stdout}
	root := newRoot(out, stderr)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if out.err != nil && !errors.Is(err, out.err) {
		err = errors.Join(err, fmt.Errorf("standard output: %w", out.err))
	}
	err = givenUp(ctx, err)
	var bad *status.Bad
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &bad):
		fmt.Fprintln(stderr, "tlslab:", printable(err))
		return exitBad
	default:
		fmt.Fprintln(stderr, "tlslab:", printable(err))
		var tool *core.ToolError
		if errors.As(err, &tool) && tool.Output != "" {
			fmt.Fprintf(stderr, "%s said:\n%s\n", tool.Tool, strings.TrimSpace(tool.Output))
		}
		return exitTool
	}
}

// printed is the standard output, and why it does not have all that was written
// to it: a full disk must not look like a short answer.
type printed struct {
	io.Writer
	err error // the first
}

func (p *printed) Write(b []byte) (int, error) {
	n, err := p.Writer.Write(b)
	if p.err == nil {
		p.err = err
	}
	return n, err
}

// signalError is why Main's context ended.
type signalError struct{ os.Signal }

func (e signalError) Error() string {
	if s, ok := e.Signal.(syscall.Signal); ok {
		return unix.SignalName(s)
	}
	return e.String()
}

// givenUp says of a command that was given up by which signal. Where there was
// none the lab has given up its own work, which is no interruption.
func givenUp(ctx context.Context, err error) error {
	if !errors.Is(err, context.Canceled) {
		return err
	}
	var signal signalError
	switch {
	case !errors.As(context.Cause(ctx), &signal):
		return fmt.Errorf("given up without a signal, which is a fault of tlslab's: %w", err)
	case strings.Contains(err.Error(), "interrupted"):
		return fmt.Errorf("%w (%w)", err, signal)
	}
	return fmt.Errorf("interrupted by %w: %w", signal, err)
}

// settings are the flags every verb has.
type settings struct {
	stdout, stderr io.Writer
	cacheDir       string
	cacheSize      string
	outDir         string
	trust          bool
}

// printable is an error as text that does nothing to a terminal: it may hold the
// words of a file that a stranger wrote.
func printable(err error) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) || r == '\n' || r == '\t' {
			return r
		}
		return unicode.ReplacementChar
	}, err.Error())
}

// say tells people what is being done; results go to stdout only.
func (s *settings) say(line string) { fmt.Fprintln(s.stderr, "tlslab:", line) }

func newRoot(stdout, stderr io.Writer) *cobra.Command {
	s := &settings{stdout: stdout, stderr: stderr}
	root := &cobra.Command{
		Use:           "tlslab",
		Short:         "Measure what a TLS configuration costs on an embedded board",
		Long:          "tlslab builds the real " + libraryTitles() + " in one configuration after another, runs real\nhandshakes on capped, metered machines, and reports ticks, heap, RAM and code\nsize exactly.\n\nExit status: 0 fine, 1 what was measured is bad, 2 tlslab could not tell.",
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetVersionTemplate("tlslab {{.Version}}\n")
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.PersistentFlags().StringVar(&s.cacheDir, "cache", "", "directory of cached sources, objects and results (default: the user's cache directory)")
	root.PersistentFlags().StringVar(&s.cacheSize, "cache-size", "", "most bytes in the cache; the least recently used entries are removed (default 4GiB; none: no bound)")
	root.PersistentFlags().StringVar(&s.outDir, "out", "out", "directory for results")
	root.PersistentFlags().BoolVar(&s.trust, "trust", false, "compile and run what --core dir:, tar: and --firmware name, even if nothing here confines it")
	root.AddCommand(
		newBench(s),
		newSweep(s),
		newMerge(s),
		newTune(s),
		newAtlas(s),
		newConfig(s),
		newOptions(s),
		newExplain(s),
		newReject(s),
		newGate(s),
		newUpdate(s),
		newCompare(s),
		newPlots(s),
		newConnect(s),
		newCerts(s),
		newServe(s),
		newTrace(s),
		newFactors(s),
		newCalibrate(s),
		newProfile(s),
		newHeap(s),
		newLoss(s),
		newFault(s),
		newTLSTest(s),
		newFirmware(s),
		newCacheVerb(s),
		newDoctor(s),
		newList(s),
		newVersion(s),
		newPerf(s),
		newAction(s),
	)
	return root
}

// cache opens the cache directory.
func (s *settings) cache() (*core.Cache, error) {
	dir := s.cacheDir
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("no cache directory: %w; name one with --cache", err)
		}
		dir = filepath.Join(base, "tlslab")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if err := os.MkdirAll(abs, 0o755); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	c := &core.Cache{Dir: abs, Say: s.say}
	if s.cacheSize != "" {
		if c.MaxBytes, err = cache.ParseSize(s.cacheSize); err != nil {
			return nil, fmt.Errorf("--cache-size: %w", err)
		}
		if c.MaxBytes == 0 {
			return nil, errors.New("--cache-size: 0 holds nothing: write 500MiB, or none for no bound")
		}
	}
	return c, nil
}

// revision is the digest of this very program: what another build of it
// measured is not taken from the cache.
func revision() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("this program's file: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("this program's file: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("this program's file: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
