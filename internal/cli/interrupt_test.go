package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"tlslab/internal/cache/cachetest"
	"tlslab/internal/testutil"
)

// interruptProfile has cases enough that the first is done long before the last.
const interruptProfile = `name      = "long"
board     = "imxrt1052"
scenarios = ["psk-aes128-ccm8", "ecdhe-ecdsa-p256-aes128-gcm", "ecdhe-rsa-aes128-gcm"]
[memory]
heap_bytes  = 65_536
stack_bytes = 16_384
[[config]]
name = "manual"
base = "rtthread-optimised-2018"
[config.set]
SSL_MAX_CONTENT_LEN = 3584
[[axis]]
config = "manual"
option = "MPI_WINDOW_SIZE"
values = [1, 2]
`

// TestInterrupt: Ctrl-C ends a run soon, with its own status and one line;
// what was measured is kept and not measured again, and nothing that could be
// read as whole is left behind.
func TestInterrupt(t *testing.T) {
	needSource(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "long.toml"), []byte(interruptProfile), 0o644); err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(dir, "cache")
	if err := cachetest.Share(cache, sharedKinds...); err != nil {
		t.Fatal(err)
	}
	command := func() (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.Command("tlslab", "--cache", cache, "bench", "long.toml", "--jobs", "1", "--no-plots")
		cmd.Dir = dir
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		return cmd, &stderr
	}
	cases := func() map[string]time.Time {
		found := map[string]time.Time{}
		files, _ := filepath.Glob(filepath.Join(cache, "case", "*", "[^.]*"))
		for _, f := range files {
			if info, err := os.Stat(f); err == nil {
				found[f] = info.ModTime()
			}
		}
		return found
	}
	cmd, stderr := command()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for len(cases()) == 0 {
		select {
		case err := <-ended:
			t.Fatalf("ended before its first case: %v\n%s", err, stderr)
		case <-time.After(5 * time.Millisecond):
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
			t.Errorf("ended with %v, want status %d", err, exitInterrupted)
		}
	case <-time.After(testutil.Patience):
		cmd.Process.Kill()
		<-ended
		t.Fatalf("still runs %v after SIGINT", testutil.Patience)
	}
	const want = "tlslab: interrupted; finished cases are kept: context canceled (SIGINT)\n"
	if stderr.String() != want {
		t.Errorf("said %q, want %q", stderr, want)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "out", "long", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	kept := cases()
	cmd, stderr = command()
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "out", "long", "results.json")); err != nil {
		t.Error(err)
	}
	now := cases()
	for f, at := range kept {
		if !now[f].Equal(at) {
			t.Errorf("%s was measured again", filepath.Base(f))
		}
	}
	if len(kept) == 0 || len(kept) >= len(now) {
		t.Errorf("%d cases kept of %d: the run was not cut short", len(kept), len(now))
	}
}

// TestGivenUp: only what a signal ended is interrupted.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		signal    os.Signal
		err, want string
	}{
		{syscall.SIGTERM, "reference server", "interrupted by SIGTERM: reference server: context canceled"},
		{syscall.SIGINT, "interrupted; nothing written", "interrupted; nothing written: context canceled (SIGINT)"},
		{nil, "reference server", "given up without a signal, which is a fault of tlslab's: reference server: context canceled"},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		if c.signal != nil {
			cancel(signalError{c.signal})
		}
		if got := givenUp(ctx, fmt.Errorf("%s: %w", c.err, context.Canceled)).Error(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		cancel(nil)
	}
	if err := errors.New("bad"); givenUp(t.Context(), err) != err {
		t.Error("another error is changed")
	}
}
