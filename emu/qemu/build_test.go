package qemu

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/internal/testutil"
)

// guests of testdata/guest.c.
const (
	guestWork = 1 + iota
	guestFault
	guestRecurse
	guestSpin
	guestExit
	guestUndefined
	guestNoDone
	guestStatus
	guestMany
	guestFlood
	guestFiles
	guestReads
	guestShell
	guestEnds
	guestStands
	guestLeans
)

// firmware builds a test guest with the port's own start-up and link, for a
// Cortex-M4 on mps2.
func firmware(t testing.TB, guest int) []byte {
	return firmwareFor(t, guest, 0, 0x20000000, "-mcpu=cortex-m4", "-mfloat-abi=soft")
}

// firmwareFor is firmware for another core and other memories.
func firmwareFor(t testing.TB, guest int, code, data uint64, flags ...string) []byte {
	t.Helper()
	testutil.Need(t, "arm-none-eabi-gcc", Program)
	port := "../../core/port/"
	dir := t.TempDir()
	out, script := filepath.Join(dir, "firmware.elf"), filepath.Join(dir, "guest.ld")
	ld, err := os.ReadFile("testdata/guest.ld")
	if err != nil {
		t.Fatal(err)
	}
	for old, origin := range map[string]uint64{"0x00000000": code, "0x20000000": data} {
		ld = bytes.Replace(ld, []byte("ORIGIN = "+old), fmt.Appendf(nil, "ORIGIN = %#x", origin), 1)
	}
	if err := os.WriteFile(script, ld, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-mthumb", "-std=gnu11", "-O2", "-ffreestanding", "-fno-builtin",
		"-ffunction-sections", "-nostdlib", "-static", "-Wl,--gc-sections", "-Wl,--build-id=none",
		"-I" + port, "-isystem", port + "include", fmt.Sprintf("-DGUEST=%d", guest),
		"-T", script, "-o", out, "testdata/guest.c"}
	for _, f := range []string{"boot_firmware.c", "host_frame.c", "link_semihost.c", "arena.c", "libc/string.c", "libc/misc.c", "libc/format.c"} {
		args = append(args, port+f)
	}
	cmd := exec.Command("arm-none-eabi-gcc", append(append(args, flags...), "-lgcc")...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	image, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// machine is a Cortex-M4 at zero wait states.
func machine(t testing.TB) *Machine {
	t.Helper()
	testutil.Need(t, "clang", Program)
	board := &boards.Board{Name: "test", CPU: "cortex-m4", ClockHz: 100e6, RTOSTickHz: 100, QEMUMachine: "mps2-an386", Timing: "cortex-m4",
		Regions: []boards.Region{
			{Name: "FLASH", Kind: boards.KindFlash, LengthBytes: 4 << 20},
			{Name: "RAM", Kind: boards.KindRAM, Origin: 0x20000000, LengthBytes: 64 << 10}}}
	m, err := New(context.Background(), board, &core.Cache{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// host is an emu.Host that records.
type host struct {
	record *emu.Record
	guest  emu.Guest
	events []emu.EventKind
}

func (h *host) Entropy(p []byte) error  { clear(p); return nil }
func (h *host) MonotonicUS() int64      { return 0 }
func (h *host) RTCSeconds() int64       { return 0 }
func (h *host) Send(p []byte) int       { return len(p) }
func (h *host) Recv([]byte, uint32) int { return 0 }
func (h *host) Log(int, string)         {}
func (h *host) Event(kind emu.EventKind, payload []byte) error {
	h.events = append(h.events, kind)
	return h.record.Event(kind, payload, h.guest.Counters, h.guest.ResetPeaks)
}

// limits are enough for any test guest that ends.
func limits() emu.Limits {
	l := emu.DefaultLimits(8192)
	l.Ops = 50_000_000
	return l
}

// run steps a guest to its end.
func run(t testing.TB, m *Machine, image []byte) (*host, *Guest, error) {
	t.Helper()
	return runImage(t, m, emu.Image{Firmware: image})
}

func runImage(t testing.TB, m *Machine, image emu.Image) (*host, *Guest, error) {
	t.Helper()
	ctx := context.Background()
	p, err := m.Load(ctx, image)
	if err != nil {
		t.Fatal(err)
	}
	h := &host{record: emu.NewRecord()}
	started, err := p.Start(ctx, h, limits())
	if err != nil {
		return h, nil, err
	}
	g := started.(*Guest)
	t.Cleanup(func() { g.Close(ctx) })
	h.guest = g
	for range 10 {
		st, err := g.Step(ctx)
		if err != nil || st == emu.Done {
			return h, g, err
		}
	}
	t.Fatal("not done after ten steps")
	return nil, nil, nil
}

func function(t testing.TB, g emu.Guest, name string) emu.Function {
	t.Helper()
	for symbol, f := range g.Functions() {
		if symbol == name || strings.HasPrefix(symbol, name+".") {
			return f
		}
	}
	t.Fatalf("%s did not run: %v", name, g.Functions())
	return emu.Function{}
}
