// Package qemu runs firmware on QEMU's Cortex-M boards: one process for each
// guest, host calls as messages over semihosting, and a TCG plugin that counts
// every instruction. It is an emu.Machine. The timing models of emu/cycles turn
// its counts into cycles.
package qemu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"tlslab/boards"
	qemuboards "tlslab/boards/qemu"
	"tlslab/boards/timing"
	"tlslab/core"
	"tlslab/core/build"
	"tlslab/emu"
	"tlslab/emu/cycles"
	"tlslab/emu/frame"
	"tlslab/internal/confine"
	"tlslab/internal/metric"
)

// leastMajor is the oldest QEMU the plugin was run with (interface version 1).
const leastMajor = 7

// Machine is the QEMU machine that stands in for one board.
type Machine struct {
	board    *boards.Board
	stand    *qemuboards.Machine
	model    costs
	program  string
	plugin   string
	chroot   bool        // into the process's directory
	cache    *core.Cache // of what failed
	versions map[string]string
	patience time.Duration // 0: the default; shorter in tests
	// Say is called for every guest that failed, and how to see it fail again; may
	// be nil.
	Say     func(lines string)
	settled time.Duration // the same
}

// New finds QEMU, compiles the plugin and loads the timing model for a board.
// Errors are *core.ToolError where a tool is missing.
func New(ctx context.Context, board *boards.Board, cache *core.Cache) (*Machine, error) {
	if board.QEMUMachine == "" {
		return nil, fmt.Errorf("board %s: no QEMU machine stands in for it (qemu_machine is empty)", board.Name)
	}
	m := &Machine{board: board, chroot: canChroot(ctx), cache: cache}
	var err error
	if m.stand, err = qemuboards.Load(board.QEMUMachine); err != nil {
		return nil, fmt.Errorf("board %s: qemu_machine: %w", board.Name, err)
	}
	version, err := Tools[0].Version(ctx)
	if err != nil {
		return nil, err
	}
	if m.program, err = exec.LookPath(Program); err != nil {
		return nil, &core.ToolError{Tool: Program, Install: build.InstallCommand([]string{Tools[0].Package}), Err: err}
	}
	if err := checkVersion(version); err != nil {
		return nil, err
	}
	digest, err := PluginDigest()
	if err != nil {
		return nil, err
	}
	if m.plugin, err = buildPlugin(ctx, cache); err != nil {
		return nil, err
	}
	m.versions = map[string]string{Program: version, "qemu-plugin": digest[:16], "qemu-machine": m.stand.Name}
	if board.Timing != "" {
		t, err := timing.Load(board.Timing)
		if err != nil {
			return nil, fmt.Errorf("board %s: timing: %w", board.Name, err)
		}
		if m.model, err = cycles.New(t, board); err != nil {
			return nil, fmt.Errorf("board %s: %w", board.Name, err)
		}
		m.versions["timing"] = board.Timing + " " + t.Digest()[:16]
	}
	return m, nil
}

var versionPattern = regexp.MustCompile(`version (\d+)\.`)

// checkVersion refuses a QEMU without the plugin interface.
func checkVersion(version string) error {
	found := versionPattern.FindStringSubmatch(version)
	if found == nil {
		return &core.ToolError{Tool: Program, Err: fmt.Errorf("%q names no version", version)}
	}
	if major, err := strconv.Atoi(found[1]); err != nil || major < leastMajor {
		return &core.ToolError{Tool: Program, Err: fmt.Errorf("%s: version %d or later is needed", version, leastMajor)}
	}
	return nil
}

// Name implements emu.Machine.
func (m *Machine) Name() metric.Machine { return metric.QEMU }

// Versions implements emu.Machine.
func (m *Machine) Versions() map[string]string { return m.versions }

// Units implements emu.Machine.
func (m *Machine) Units() metric.Units {
	return metric.UnitsOf(m.Name())
}

// Target is where firmware for this machine must be linked to.
func (m *Machine) Target() *core.Target {
	return &core.Target{Code: m.stand.Code, Data: m.stand.Data, Link: "semihost"}
}

// Load implements emu.Machine.
func (m *Machine) Load(ctx context.Context, img emu.Image) (emu.Program, error) {
	if img.Firmware == nil {
		return nil, &emu.HostError{Err: errors.New("the image has no firmware for a board")}
	}
	im, err := readImage(img)
	if err != nil {
		return nil, &emu.HostError{Err: err}
	}
	return &program{machine: m, image: im, firmware: img.Firmware}, nil
}

type program struct {
	machine  *Machine
	image    *image
	firmware []byte
}

// Close implements emu.Program.
func (p *program) Close(context.Context) error { return nil }

// Start implements emu.Program. Errors are *emu.HostError, or what the guest
// did before its first step.
func (p *program) Start(ctx context.Context, host emu.Host, lim emu.Limits) (_ emu.Guest, err error) {
	if err := lim.Complete(); err != nil {
		return nil, err
	}
	m := p.machine
	g := &Guest{machine: m, firmware: p.firmware, image: p.image, model: m.model, lim: lim, cancel: func() bool { return true }, settled: cmp.Or(m.settled, settled)}
	if g.counts, err = newCounts(p.image, lim.Ops, m.board.ICache, m.board.DCache); err != nil {
		return nil, &emu.HostError{Err: err}
	}
	if g.process, err = m.start(p.firmware, g.counts, lim); err != nil {
		g.counts.close()
		return nil, &emu.HostError{Err: fmt.Errorf("QEMU: %w", err)}
	}
	defer func() {
		if err != nil {
			g.Close(ctx)
		}
	}()
	g.cancel = context.AfterFunc(ctx, g.process.kill)
	g.process.look = g.look
	if g.session, err = frame.NewSession(&frame.Stream{R: g.process, W: g.process}, host, lim); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, g.failure(err)
	}
	g.process.letGo()
	return g, nil
}

// Check implements emu.Machine.
func (m *Machine) Check(context.Context) error {
	_, err := os.Stat(m.plugin)
	return err
}

// Confined says whether anything keeps firmware from the user's files.
func (m *Machine) Confined() bool { return m.chroot || confine.InForce() != confine.None }
