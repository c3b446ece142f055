package qemu

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	qemuboards "tlslab/boards/qemu"
	"tlslab/emu"
	"tlslab/internal/testutil"
)

func TestArgv(t *testing.T) {
	m := &qemuboards.Machine{Name: "mps2-an505", Args: []string{"-cpu", "cortex-m33"}}
	got := strings.Join(argv(m, "firmware.elf", "/cache/counts.so", 4096, true), " ")
	want := "-M mps2-an505 -nodefaults -no-user-config -display none -no-reboot -monitor none -serial none -parallel none" +
		" -semihosting-config enable=on,target=native -kernel firmware.elf -cpu cortex-m33 -plugin /cache/counts.so,shm=3,bytes=4096,lab=4" +
		" -sandbox on,obsolete=deny,spawn=deny -chroot ."
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if plain := argv(m, "firmware.elf", "", 0, false); slices.Contains(plain, "-plugin") || slices.Contains(plain, "-chroot") {
		t.Errorf("%q", plain)
	}
}

func TestVersions(t *testing.T) {
	for version, ok := range map[string]bool{
		"QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)": true, "QEMU emulator version 10.0.2": true,
		"QEMU emulator version 5.2.0": false, "busybox": false,
	} {
		if err := checkVersion(version); (err == nil) != ok {
			t.Errorf("%s: %v", version, err)
		}
	}
}

// begin starts a guest and returns before its first step.
func begin(t *testing.T, m *Machine, image []byte) (*Guest, error) {
	t.Helper()
	ctx := context.Background()
	p, err := m.Load(ctx, emu.Image{Firmware: image})
	if err != nil {
		t.Fatal(err)
	}
	h := &host{record: emu.NewRecord()}
	g, err := p.Start(ctx, h, emu.DefaultLimits(8192))
	if err != nil {
		return nil, err
	}
	h.guest = g
	t.Cleanup(func() { g.Close(ctx) })
	return g.(*Guest), nil
}

// gone waits until a process is no more.
func gone(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(testutil.Patience); time.Now().Before(end); {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("process %d is still there", pid)
}

func TestKilled(t *testing.T) {
	g, err := begin(t, machine(t), firmware(t, guestSpin))
	if err != nil {
		t.Fatal(err)
	}
	pid := g.process.cmd.Process.Pid
	go func() {
		for g.counts.words[wInsns] < 1_000_000 {
			time.Sleep(time.Millisecond)
		}
		syscall.Kill(pid, syscall.SIGKILL)
	}()
	_, err = g.Step(context.Background())
	var he *emu.HostError
	if !errors.As(err, &he) || !strings.HasPrefix(err.Error(), "host: QEMU was killed (signal: killed)") {
		t.Errorf("got %v", err)
	}
	if _, again := g.Step(context.Background()); again != err {
		t.Errorf("then %v", again)
	}
}

func TestCancelled(t *testing.T) {
	m, image := machine(t), firmware(t, guestSpin)
	ctx, cancel := context.WithCancel(context.Background())
	p, err := m.Load(ctx, emu.Image{Firmware: image})
	if err != nil {
		t.Fatal(err)
	}
	g, err := p.Start(ctx, &host{record: emu.NewRecord()}, emu.DefaultLimits(8192))
	if err != nil {
		t.Fatal(err)
	}
	pid, dir := g.(*Guest).process.cmd.Process.Pid, g.(*Guest).process.dir
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := g.Step(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	g.Close(context.Background())
	gone(t, pid)
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}

// Programs that are no QEMU: one refuses, one never opens its FIFOs, one opens
// and closes one end only.
func TestNotQEMU(t *testing.T) {
	image := firmware(t, guestWork)
	for _, c := range []struct{ name, script, want string }{
		{"refuses", "echo 'Could not load the machine' >&2; exit 1", "host: QEMU ended with exit status 1: Could not load the machine"},
		{"waits", "exec sleep 1000", "host: QEMU executes nothing: "},
		{"half open", "exec 3>to-host; exec sleep 1000", "host: QEMU executes nothing: "},
		{"closes", "exec 3>to-host; exec 3>&-", "host: QEMU ended with exit status 0"},
		{"half a message", `printf 'abc' >to-host`, "host: QEMU ended with exit status 0"},
		{"garbage", `printf 'abcdefghijklmnopqrstuvwxyz' >to-host; exec sleep 1000`, "guest: not a message of the host contract: kind 97"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := machine(t)
			m.program = filepath.Join(t.TempDir(), "qemu")
			m.patience = 200 * time.Millisecond
			if err := os.WriteFile(m.program, []byte("#!/bin/sh\n"+c.script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("TMPDIR", t.TempDir())
			_, err := begin(t, m, image)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if after := directories(t); len(after) > 0 {
				t.Errorf("left behind: %q", after)
			}
		})
	}
}

func directories(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(os.TempDir(), "tlslab-qemu-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestNoOrphans: the lab is killed in the middle of a run; QEMU goes with it.
func TestNoOrphans(t *testing.T) {
	if os.Getenv("TLSLAB_TEST_ORPHAN") != "" {
		g, err := begin(t, machine(t), firmware(t, guestSpin))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("pid %d\n", g.process.cmd.Process.Pid)
		g.Step(context.Background())
		return
	}
	testutil.Need(t, "arm-none-eabi-gcc", "clang", Program)
	cmd := exec.Command(os.Args[0], "-test.run=^TestNoOrphans$")
	cmd.Env = append(os.Environ(), "TLSLAB_TEST_ORPHAN=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := 0
	for lines := bufio.NewScanner(out); pid == 0 && lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "pid "); ok {
			pid, _ = strconv.Atoi(text)
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	if pid == 0 {
		t.Fatal("no QEMU was started")
	}
	gone(t, pid)
}
