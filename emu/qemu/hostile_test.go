package qemu

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tlslab/emu"
	"tlslab/internal/confine"
	"tlslab/internal/testutil"
)

// TestHostileFirmware: what firmware does to its emulator and to the host is
// its own failure, told in words; the host keeps its files.
func TestHostileFirmware(t *testing.T) {
	kind := confine.InForce()
	for _, c := range []struct {
		name       string
		guest      int
		want       string // under Landlock
		unconfined string // where QEMU is at most in a chroot; "": the same
	}{
		{"floods", guestFlood, "guest: has QEMU print more than 16 777 216 B", ""},
		{"writes files", guestFiles, "guest: exit(40)", `guest: has QEMU make a file, "flood"`},
		{"reads a file", guestReads, "guest: exit(40)", ""},
		{"runs a command", guestShell, "guest: QEMU crashed (signal: bad system call", ""},
		{"ends QEMU", guestEnds, "guest: has QEMU end (exit status 0)", ""},
		{"leaves SP elsewhere", guestLeans, "guest: left its stack pointer where its calls and instructions don't put it, 1 times; at last at pc 0x", ""},
		{"stands still", guestStands, "guest: executed nothing for 300ms", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := machine(t)
			t.Setenv("TMPDIR", t.TempDir())
			want := c.want
			if kind == confine.None && c.unconfined != "" {
				want = c.unconfined
			}
			if kind == confine.None && !m.chroot && c.guest == guestReads {
				testutil.Missing(t, "nothing confines here")
			}
			g, err := begin(t, m, firmware(t, c.guest))
			if err != nil {
				t.Fatal(err)
			}
			if c.guest == guestStands {
				g.process.patience = 300 * time.Millisecond // it has begun: an earlier end says the same
			}
			_, err = g.Step(context.Background())
			var failed *emu.GuestError
			if !errors.As(err, &failed) || !strings.HasPrefix(err.Error(), want) {
				t.Fatalf("got  %v\nwant %s", err, want)
			}
			if made, _ := filepath.Glob(filepath.Join(g.process.dir, "made")); len(made) > 0 {
				t.Error("ran a command of the host")
			}
			g.Close(context.Background())
			if left := directories(t); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// TestTooMuchToFollow: a guest whose heap steps the shared counts have no room
// for fails; the lab does not.
func TestTooMuchToFollow(t *testing.T) {
	g, err := begin(t, machine(t), firmware(t, guestWork))
	if err != nil {
		t.Fatal(err)
	}
	g.counts.words[wTraceRoom] = 2
	for err == nil {
		_, err = g.Step(context.Background())
	}
	var failed *emu.GuestError
	if !errors.As(err, &failed) || !strings.HasSuffix(err.Error(), " 2 heap steps") {
		t.Errorf("got %v", err)
	}
}

// TestHostileUnconfined is TestHostileFirmware where nothing but QEMU's own
// chroot is in the way.
func TestHostileUnconfined(t *testing.T) {
	testutil.Need(t, "arm-none-eabi-gcc", "clang", Program)
	cmd := exec.Command(os.Args[0], "-test.run=^TestHostileFirmware$/writes_files|reads_a_file", "-test.v")
	cmd.Env = append(os.Environ(), confine.Variable+"="+string(confine.None))
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestHostileFirmware/writes_files")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestAgain: a guest that failed can be run again from what is kept, with
// QEMU alone, after the run: it says the same to the host.
func TestAgain(t *testing.T) {
	m := machine(t)
	said := ""
	m.Say = func(lines string) { said = lines }
	g, err := begin(t, m, firmware(t, guestExit))
	if err != nil {
		t.Fatal(err)
	}
	_, err = g.Step(context.Background())
	var failed *emu.GuestError
	if !errors.As(err, &failed) {
		t.Fatal(err)
	}
	g.Close(context.Background())
	if want := "qemu: guest: exit(3)\nto reproduce: sh " + failed.Detail; said != want {
		t.Errorf("said %q, want %q", said, want)
	}
	temp := t.TempDir()
	cmd := exec.Command("sh", failed.Detail)
	cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Fatalf("ended well: %s", out) // the guest stops QEMU when its answers end
	}
	found, _ := filepath.Glob(filepath.Join(temp, "*", fifoToHost))
	if len(found) != 1 {
		t.Fatalf("%q", found)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	// hello, and exit with its status: frame.h's two heads of 16 bytes.
	if len(text) != 16+16+16+4 || text[0] != 1 || text[32] != 10 || text[48] != 3 {
		t.Errorf("it said % x", text)
	}
}
