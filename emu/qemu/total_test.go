package qemu

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tlslab/emu"
)

// A plugin that keeps its blocks badly ends the run: what it counts of single
// instructions is not what it makes of blocks.
func TestBrokenPlugin(t *testing.T) {
	image := firmware(t, guestMany)
	for _, c := range []struct{ name, from, to string }{
		{"a block ends too late", "F_WIDE ? 4 : 2", "F_WIDE ? 4 : 4"},
		{"a block is not counted", "b->count[B_COUNT]++;", "b->count[B_COUNT] += b->insns != 3;"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := machine(t)
			m.settled = time.Millisecond
			m.plugin = brokenPlugin(t, c.from, c.to)
			_, _, err := run(t, m, image)
			var host *emu.HostError
			if !errors.As(err, &host) || !strings.Contains(err.Error(), "the counts are wrong") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// A guest that fails is held to the same.
func TestTotalOfFailed(t *testing.T) {
	for _, guest := range []int{guestFault, guestSpin, guestExit, guestRecurse} {
		m, image := machine(t), firmware(t, guest)
		ctx := context.Background()
		p, err := m.Load(ctx, emu.Image{Firmware: image})
		if err != nil {
			t.Fatal(err)
		}
		h := &host{record: emu.NewRecord()}
		started, err := p.Start(ctx, h, limits())
		if err != nil {
			t.Fatal(err)
		}
		g := started.(*Guest)
		defer g.Close(ctx)
		h.guest, g.settled = g, time.Millisecond
		g.counts.words[wExecuted] += 1000
		if _, err = g.Step(ctx); err == nil || !strings.Contains(err.Error(), "the counts are wrong") {
			t.Errorf("guest %d: error %v", guest, err)
		}
	}
}

// brokenPlugin is the plugin with one piece of its text replaced.
func brokenPlugin(t *testing.T, from, to string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("plugin")); err != nil {
		t.Fatal(err)
	}
	source, out := filepath.Join(dir, "counts.c"), filepath.Join(dir, "plugin.so")
	text, err := os.ReadFile(source)
	if err != nil || strings.Count(string(text), from) != 1 {
		t.Fatalf("%v: %q is there %d times", err, from, strings.Count(string(text), from))
	}
	if err := os.WriteFile(source, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if words, err := exec.Command("clang", pluginArgs(out, source)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, words)
	}
	return out
}
