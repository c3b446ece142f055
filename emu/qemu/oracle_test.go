package qemu

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tlslab/emu"
	"tlslab/emu/frame"
	"tlslab/internal/isa/thumb"
	"tlslab/internal/testutil"
)

// TestAgainstTrace compares the plugin's counts with QEMU's own trace of a run
// without the plugin, one instruction a block: every function the same number
// of instructions. So the plugin counts right, and changes nothing.
func TestAgainstTrace(t *testing.T) {
	againstTrace(t, machine(t), firmware(t, guestMany))
}

const (
	pageBytes   = 1024 // QEMU's pages of code on an M-profile core
	acrossPages = 4    // classes tried
)

// TestAcrossPages is TestAgainstTrace with an instruction of four bytes moved
// so that it lies across the end of a page, for some classes of instructions:
// QEMU shows plugins its first half as part of the one before.
func TestAcrossPages(t *testing.T) {
	m, image := machine(t), firmware(t, guestMany)
	_, g, err := run(t, m, image)
	if err != nil {
		t.Fatal(err)
	}
	tried, executed := map[thumb.Class]bool{}, g.Functions()
	for _, in := range g.image.program.Insts {
		i, ok := g.image.program.FunctionAt(in.Addr)
		// Functions begin at multiples of four: they can be moved by as many.
		if !ok || in.Len != 4 || in.Addr%4 != 2 || tried[in.Class] || len(tried) == acrossPages {
			continue
		}
		f := g.image.program.Functions[i]
		if executed[f.Name].Ops == 0 {
			continue
		}
		tried[in.Class] = true
		pad := pageBytes - (in.Addr+2)%pageBytes
		t.Run(fmt.Sprintf("%s+%d", f.Name, in.Addr-f.Start), func(t *testing.T) {
			moved := firmwareFor(t, guestMany, 0, 0x20000000, "-mcpu=cortex-m4", "-mfloat-abi=soft", fmt.Sprintf("-Wl,--defsym=PAD=%d", pad))
			im, err := readImage(emu.Image{Firmware: moved})
			if err != nil {
				t.Fatal(err)
			}
			if at, ok := im.program.At(in.Addr + pad); !ok || at.Addr%pageBytes != pageBytes-2 || at.Len != 4 || at.Class != in.Class {
				t.Fatalf("%+v was not moved across a page's end: %+v", in, at)
			}
			againstTrace(t, m, moved)
		})
	}
	if len(tried) < acrossPages {
		t.Errorf("only %d classes of instructions lay across a page", len(tried))
	}
}

func againstTrace(t *testing.T, m *Machine, image []byte) {
	t.Helper()
	_, g, err := run(t, m, image)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, imageName), image, 0o600); err != nil {
		t.Fatal(err)
	}
	var files [2]*os.File
	for i, name := range []string{fifoToHost, fifoFromHost} {
		if err := unix.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
		if files[i], err = os.OpenFile(filepath.Join(dir, name), os.O_RDWR, 0); err != nil {
			t.Fatal(err)
		}
		defer files[i].Close()
	}
	args := append(argv(m.stand, imageName, "", 0, false), "-singlestep", "-d", "exec,nochain", "-D", "trace")
	cmd := exec.Command(m.program, args...)
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(testutil.Patience, func() { cmd.Process.Kill() }).Stop()
	s, err := frame.NewSession(&frame.Stream{R: files[0], W: files[1]}, &plain{}, limits())
	for st := emu.Ready; err == nil && st != emu.Done; {
		st, err = s.Step()
	}
	if err != nil {
		cmd.Process.Kill()
		t.Fatal(err)
	}
	files[1].Write(make([]byte, 8)) // the answer to the last step: the guest stops
	cmd.Wait()
	traced := map[string]uint64{}
	f, err := os.Open(filepath.Join(dir, "trace"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// Trace 0: 0x7f... [flags/pc/...] name
	line := regexp.MustCompile(`^Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/`)
	for lines := bufio.NewReader(f); ; {
		text, err := lines.ReadBytes('\n')
		if found := line.FindSubmatch(bytes.TrimSpace(text)); found != nil {
			pc, _ := strconv.ParseUint(string(found[1]), 16, 32)
			traced[g.image.nameAt(uint32(pc))]++
		}
		if err == io.EOF {
			break
		}
	}
	counted := g.Functions()
	if len(counted) < 5 || len(traced) < len(counted) {
		t.Fatalf("%d functions counted, %d in the trace", len(counted), len(traced))
	}
	for name, n := range traced {
		if !emu.Harness(name) && counted[name].Ops != n {
			t.Errorf("%s: %d instructions in the trace, %d counted", name, n, counted[name].Ops)
		}
	}
	var sum uint64
	for _, f := range counted {
		sum += f.Ops
	}
	if c := g.Counters(); c.Ops != sum {
		t.Errorf("%d in all, %d in functions", c.Ops, sum)
	}
}

// plain is a host that wants nothing.
type plain struct{}

func (*plain) Entropy(p []byte) error            { clear(p); return nil }
func (*plain) MonotonicUS() int64                { return 0 }
func (*plain) RTCSeconds() int64                 { return 0 }
func (*plain) Send(p []byte) int                 { return len(p) }
func (*plain) Recv([]byte, uint32) int           { return 0 }
func (*plain) Log(int, string)                   {}
func (*plain) Event(emu.EventKind, []byte) error { return nil }

// The numbers of plugin/counts.h are those of counts.go.
func TestSharedLayout(t *testing.T) {
	dir := t.TempDir()
	want := map[string]uint64{
		"W_MAGIC": wMagic, "W_BUDGET": wBudget, "W_TABLE_AT": wTableAt, "W_LOWEST_AT": wLowestAt, "W_BYTES": wBytes, "W_STACK_BOTTOM": wStackBottom,
		"W_INSNS": wInsns, "W_SP": wSP, "W_LIVE": wLive, "W_BLOCKS": wBlocks, "W_STRAY": wStray, "W_SP_LOST": wSPLost, "W_SP_WRONG_AT": wSPWrongAt,
		"W_SP_LOW_ALL": wSPLowAll, "W_SP_GUEST": wSPGuest, "W_EXECUTED": wExecuted, "W_UNBEGUN": wUnbegun, "W_HEAD": wHead, "B_WORDS": blockWords, "N_WORDS": nodeWords, "T_WORDS": traceWords,
		"F_SP_ACCESS": fSPAccess, "F_READ": fRead, "F_MARK_LIVE": fMarkLive, "F_HARNESS": fHarness, "F_SPLIT": fSplit, "F_WIDE": fWide,
		"STOPPED_BUDGET": stoppedBudget, "STOPPED_ROOM": stoppedRoom, "STOPPED_STACK": stoppedStack, "STOPPED_LAB": stoppedLab,
		"W_WAITS": wWaits, "W_RAM_HEAP": wRAMHeap, "W_AT_FUNCTION": wAtFunction, "F_OPENS": fOpens,
	}
	testutil.Need(t, "clang")
	source := "#include \"counts.h\"\n"
	for name, n := range want {
		source += fmt.Sprintf("_Static_assert(%s == %d, %q);\n", name, n, name)
	}
	source += fmt.Sprintf("_Static_assert(sizeof(struct insn_entry) == %d, \"entry\");\n", entryBytes)
	path := filepath.Join(dir, "layout.c")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := exec.Command("clang", "-ffreestanding", "-fsyntax-only", "-Iplugin", path).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}
