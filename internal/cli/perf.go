package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/core/library"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/emu/wasm"
	"tlslab/internal/status"
	"tlslab/profiles"
)

// The goals are for a machine of two cores.
const (
	goalMetering  = 1.20   // metered over unmetered time, ECDHE-ECDSA
	goalRestore   = 2000   // PSK handshakes a second, reuse and restore
	goalOneKnob   = 1.5    // seconds
	goalUnchanged = 1.0    // seconds
	goalWarmCPU   = 1.0    // seconds of all cores, with figures
	goalCold      = 4 * 60 // seconds
	goalMemory    = 600.0  // MiB
	perfProfile   = "imxrt1052"
	perfConfig    = "rtthread-optimised"
	perfECDSA     = "ecdhe-ecdsa-p256-aes128-gcm"
	perfPSK       = "psk-aes128-ccm8"
	perfRSA       = "rsa-aes256-cbc-sha256"
)

func newPerf(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "perf",
		Short: "Measure the tool's own speed against its goals",
		Long: "Prints one line for each goal: NAME VALUE GOAL ok|short. Speeds are those of\n" +
			"this machine and change with its load; the goals are for two cores. Exit status\n" +
			"1 if one falls short.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			short := 0
			report := func(name string, value float64, unit string, goal float64, atLeast bool) {
				verdict := "ok"
				if atLeast && value < goal || !atLeast && value > goal {
					verdict = "short"
					short++
				}
				fmt.Fprintf(s.stdout, "%-30s %10.2f%-4s %8.2f%-4s %s\n", name, value, unit, goal, unit, verdict)
			}
			if err := s.perfRuns(ctx, report); err != nil {
				return err
			}
			if err := s.perfFaults(ctx, report); err != nil {
				return err
			}
			if err := s.perfBuilds(ctx, report); err != nil {
				return err
			}
			if err := s.perfBoards(ctx, report); err != nil {
				return err
			}
			report("peak-memory", float64(peakMemory())/(1<<20), "MiB", goalMemory, false)
			if short > 0 {
				return status.Badf("perf: %d goals not reached", short)
			}
			return nil
		},
	}
}

type reporter func(name string, value float64, unit string, goal float64, atLeast bool)

// openPerf opens the lab that perf measures and returns it with its plan. The caller closes it.
func (s *settings) openPerf(ctx context.Context) (*openedLab, *lab.Plan, error) {
	p, err := profiles.Load(perfProfile)
	if err != nil {
		return nil, nil, err
	}
	plan, err := lab.NewPlan(p)
	if err != nil {
		return nil, nil, err
	}
	l, err := s.openLab(ctx, peerCore)
	return l, plan, err
}

// perfRuns measures running guests: the meter's cost and restored handshakes.
func (s *settings) perfRuns(ctx context.Context, report reporter) error {
	l, plan, err := s.openPerf(ctx)
	if err != nil {
		return err
	}
	defer l.close()
	ratio, err := l.meteringRatio(ctx, plan)
	if err != nil {
		return err
	}
	report("metered/unmetered", ratio, "x", goalMetering, false)
	rate, err := l.restoreRate(ctx, plan)
	if err != nil {
		return err
	}
	report("psk-handshakes-restored", rate, "/s", goalRestore, true)
	return nil
}

// cpuTime is what this process and those it started have computed for.
func cpuTime() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum
}

// timed counts the time a guest's steps take.
type timed struct {
	emu.Guest
	spent time.Duration
}

func (t *timed) Step(ctx context.Context) (emu.Status, error) {
	start := time.Now()
	defer func() { t.spent += time.Since(start) }()
	return t.Guest.Step(ctx)
}

// loaded is perf's configuration in a scenario, ready to run on the wasm machine.
func (l *openedLab) loaded(ctx context.Context, plan *lab.Plan, scenario string) (*lab.Prepared, error) {
	job, err := choose(plan, perfConfig, scenario)
	if err != nil {
		return nil, err
	}
	h, err := l.PrepareOn(ctx, plan, job, l.Machine)
	if err != nil {
		return nil, err
	}
	return h, h.Load(ctx)
}

// meteringRatio runs the client with and without the meter in turn, the
// server's time left out, and returns the ratio of the fastest runs: what
// disturbs a run only ever makes it slower.
func (l *openedLab) meteringRatio(ctx context.Context, plan *lab.Plan) (float64, error) {
	h, err := l.loaded(ctx, plan, perfECDSA)
	if err != nil {
		return 0, err
	}
	defer h.Close(ctx)
	engine, err := wasm.NewEngine(ctx, wasm.Compiler, nil)
	if err != nil {
		return 0, err
	}
	defer engine.Close(ctx)
	metered, err := wasm.Meter(h.Image.WASM)
	if err != nil {
		return 0, err
	}
	with, err := engine.Compile(ctx, metered)
	if err != nil {
		return 0, err
	}
	without, err := engine.CompilePlain(ctx, h.Image.WASM)
	if err != nil {
		return 0, err
	}
	once := func(p *wasm.Program) (time.Duration, error) {
		w, client, other := h.Ends(lab.Conversation{})
		g, err := p.Start(ctx, client, h.Limits())
		if err != nil {
			return 0, err
		}
		defer g.Close(ctx)
		if err := h.StartPeer(ctx, lab.Conversation{}, other, other); err != nil {
			return 0, err
		}
		defer other.Guest.Close(ctx)
		t := &timed{Guest: g}
		client.Guest = t
		if err := peer.Converse(ctx, w, client, other); err != nil {
			return 0, err
		}
		if !client.Record.Connected {
			return 0, errors.New("perf: the handshake failed")
		}
		return t.spent, nil
	}
	const pairs = 25
	var a, b time.Duration
	for i := range pairs {
		x, err := once(with)
		if err != nil {
			return 0, err
		}
		y, err := once(without)
		if err != nil {
			return 0, err
		}
		if i == 0 {
			a, b = x, y
		}
		a, b = min(a, x), min(b, y)
	}
	return float64(a) / float64(b), nil
}

// restoreRate is how many PSK handshakes a second are run on all cores by
// restoring two guests' snapshots instead of starting new ones.
func (l *openedLab) restoreRate(ctx context.Context, plan *lab.Plan) (float64, error) {
	h, err := l.loaded(ctx, plan, perfPSK)
	if err != nil {
		return 0, err
	}
	defer h.Close(ctx)
	const each = 1500
	workers := runtime.GOMAXPROCS(0)
	start := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	for range workers {
		g.Go(func() error { return restored(gctx, h, each) })
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	return float64(workers*each) / time.Since(start).Seconds(), nil
}

// restored runs n handshakes on one pair of guests.
func restored(ctx context.Context, h *lab.Prepared, n int) error {
	hosts := [2]peer.Endpoint{}
	_, c, sv := h.Ends(lab.Conversation{})
	hosts[0], hosts[1] = *c, *sv
	g, err := h.Start(ctx, &hosts[0], h.Limits())
	if err != nil {
		return err
	}
	defer g.Close(ctx)
	if err := h.StartPeer(ctx, lab.Conversation{}, &hosts[1], &hosts[1]); err != nil {
		return err
	}
	sg := hosts[1].Guest
	defer sg.Close(ctx)
	client, server := g.(wasm.Snapshotter), sg.(wasm.Snapshotter)
	before := [2]*wasm.Snapshot{client.Snapshot(), server.Snapshot()}
	for range n {
		if err := errors.Join(client.Restore(before[0]), server.Restore(before[1])); err != nil {
			return err
		}
		w, c, sv := h.Ends(lab.Conversation{})
		c.Guest, sv.Guest = g, sg
		hosts[0], hosts[1] = *c, *sv
		if err := peer.Converse(ctx, w, &hosts[0], &hosts[1]); err != nil {
			return err
		}
		if !hosts[0].Record.Connected {
			return errors.New("perf: a restored handshake failed")
		}
	}
	return nil
}

// perfBuilds measures building: cold, one knob changed, nothing changed. Each
// uses a cache of its own that holds nothing but the library's source.
func (s *settings) perfBuilds(ctx context.Context, report reporter) error {
	cache, err := s.cache()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "tlslab-perf-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, pin := range library.Pins() {
		if data, ok := cache.Get("download", pin.SHA256); ok {
			if err := (&core.Cache{Dir: dir}).Put("download", pin.SHA256, data); err != nil {
				return err
			}
		}
	}
	cold := *s
	cold.cacheDir, cold.outDir = dir, filepath.Join(dir, "out")
	cold.stdout = io.Discard
	run := func(p *profiles.Profile, pick func(*lab.Plan), noPlots bool) (time.Duration, error) {
		start := time.Now()
		plan, err := lab.NewPlan(p)
		if err != nil {
			return 0, err
		}
		pick(plan)
		l, err := cold.openLab(ctx, p.Core)
		if err != nil {
			return 0, err
		}
		defer l.close()
		cases, err := l.Matrix(ctx, plan, measure.Workers(), func(*results.Case) {})
		if err != nil {
			return 0, err
		}
		provenance, err := l.Provenance(ctx, plan)
		if err != nil {
			return 0, err
		}
		f := &results.File{Schema: results.Schema, Provenance: provenance, Cases: cases}
		dir := filepath.Join(cold.outDir, p.Name)
		if err := results.Write(dir, f); err != nil {
			return 0, err
		}
		took := time.Since(start)
		return took, cold.draw(dir, f, noPlots)
	}
	p, err := profiles.Load(perfProfile)
	if err != nil {
		return err
	}
	all := func(*lab.Plan) {}
	took, err := run(p, all, true)
	if err != nil {
		return err
	}
	report("matrix-cold", took.Seconds(), "s", goalCold, false)
	if took, err = run(p, all, true); err != nil {
		return err
	}
	report("matrix-unchanged", took.Seconds(), "s", goalUnchanged, false)
	if _, err := run(p, all, false); err != nil {
		return err
	}
	before := cpuTime()
	if _, err := run(p, all, false); err != nil {
		return err
	}
	report("bench-unchanged-cpu", (cpuTime() - before).Seconds(), "s", goalWarmCPU, false)
	// Values no axis has: both targets are built, and measured, once.
	for _, knob := range []profiles.Axis{
		{Config: perfConfig, Option: "MPI_MAX_SIZE", Values: []any{int64(640)}},
		{Config: perfConfig, Option: "SSL_MAX_CONTENT_LEN", Values: []any{int64(4096)}},
	} {
		p.Axes = []profiles.Axis{knob}
		took, err := run(p, func(plan *lab.Plan) {
			for _, j := range plan.Jobs {
				if j.Variant.Option == knob.Option && j.Scenario.Name == perfRSA {
					plan.Jobs = []lab.Job{j}
				}
			}
		}, true)
		if err != nil {
			return err
		}
		report("one-knob-"+knob.Option, took.Seconds(), "s", goalOneKnob, false)
	}
	return nil
}
