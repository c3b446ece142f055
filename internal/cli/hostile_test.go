package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tlslab/bench/results"
	"tlslab/emu/qemu"
	"tlslab/internal/cache/cachetest"
	"tlslab/internal/testutil"
)

// stubStep is where the tests' own library (core/testdata/stub) begins each step
// of its handshake.
const stubStep = "    int ret = record_flush(ssl);\n"

// hostileStub is a directory with the stub's profile and a copy of the stub
// library, tree/, that does something else at each step of its handshake.
func hostileStub(t *testing.T, statement string) (dir string) {
	t.Helper()
	needSource(t)
	dir = t.TempDir()
	stub := filepath.Join("..", "..", "core", "testdata", "stub")
	if err := os.CopyFS(filepath.Join(dir, "tree"), os.DirFS(stub)); err != nil {
		t.Fatal(err)
	}
	profile, err := os.ReadFile(filepath.Join(stub, "profile.toml"))
	if err != nil {
		t.Fatal(err)
	}
	// One configuration, and hours of budget: no test waits for its end.
	one, _, _ := strings.Cut(string(profile), "[[config]]\nname = \"small\"")
	path := filepath.Join(dir, "tree", "library", "ssl_cli.c")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), stubStep, stubStep+"    "+statement+"\n", 1)
	if changed == string(text) {
		t.Fatal("the stub's step is not where it was")
	}
	scenario, err := os.ReadFile(filepath.Join(stub, "scenario.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{path: changed,
		filepath.Join(dir, "stub.toml"):     one + "\n[run]\nbudget_ops = 1_000_000_000_000\n",
		filepath.Join(dir, "scenario.toml"): string(scenario)} {
		if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// running lists the processes whose command line names a directory.
func running(dir string) (found []string) {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range lines {
		if text, err := os.ReadFile(f); err == nil && bytes.Contains(text, []byte(dir)) {
			found = append(found, strings.ReplaceAll(string(text), "\x00", " "))
		}
	}
	return found
}

// TestHungGuest: a guest that computes for ever is ended by the first signal,
// or at once by the second; nothing goes on, nothing is left behind.
func TestHungGuest(t *testing.T) {
	const spin = "{ volatile int spin = 1; while (spin) { } }"
	for _, c := range []struct {
		machine string
		signals int
	}{{"wasm", 1}, {"qemu", 2}} {
		t.Run(c.machine, func(t *testing.T) {
			dir := hostileStub(t, spin)
			cache, temp := filepath.Join(dir, "cache"), filepath.Join(dir, "temp")
			if err := os.Mkdir(temp, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := cachetest.Share(cache, sharedKinds...); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("tlslab", "--cache", cache, "bench", "stub.toml", "--core", "dir:tree", "--machine", c.machine, "--no-plots")
			// A garbage collection would wait for the guest, and the whole process with it: see patience.
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+temp, "GOGC=off")
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			// The image of the guest comes after the reference server's.
			for images := 0; images < 2; time.Sleep(10 * time.Millisecond) {
				found, _ := filepath.Glob(filepath.Join(cache, "image", "*", "[^.]*"))
				images = len(found)
				select {
				case err := <-ended:
					t.Fatalf("ended before its guest began: %v\n%s", err, &stderr)
				default:
				}
			}
			time.Sleep(500 * time.Millisecond) // for the guest to begin; nothing depends on it
			for range c.signals {
				cmd.Process.Signal(syscall.SIGINT)
				time.Sleep(10 * time.Millisecond)
			}
			select {
			case err := <-ended:
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
					t.Errorf("ended with %v\n%s", err, &stderr)
				}
			case <-time.After(testutil.Patience):
				cmd.Process.Kill()
				t.Fatalf("goes on\n%s", &stderr)
			}
			for deadline := time.Now().Add(testutil.Patience); len(running(dir)) > 0; time.Sleep(10 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("goes on: %q", running(dir))
				}
			}
			if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// benchHostile measures the stub's two configurations on QEMU, the second of
// which does something else, and returns how each ended.
func benchHostile(t *testing.T, want int, statement string) (ends map[string]string, stderr string) {
	t.Helper()
	need(t, qemu.Tools...)
	dir := hostileStub(t, "\n#if defined(__arm__) && defined(MBEDTLS_SHA256_SMALLER)\n"+statement+"\n#endif")
	profile, err := os.ReadFile(filepath.Join("..", "..", "core", "testdata", "stub", "profile.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "stub.toml"), profile, 0o644); err != nil {
		t.Fatal(err)
	}
	status, _, stderr := run("bench", filepath.Join(dir, "stub.toml"), "--core", "dir:"+filepath.Join(dir, "tree"), "--machine", "qemu", "--no-plots", "--out", dir)
	if status != want {
		t.Errorf("status %d, want %d\n%s", status, want, stderr)
	}
	f, err := results.Read(filepath.Join(dir, "stub", "results.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	ends = map[string]string{}
	for _, c := range f.Cases {
		ends[c.Config] = string(c.Outcome) + " " + c.Detail
	}
	if len(ends) != 2 || ends["own"] != string(results.OutcomeConnected)+" " {
		t.Errorf("outcomes %q", ends)
	}
	return ends, stderr
}

// TestBadFirmware: firmware that ends its emulator is that case's outcome. The
// other case is measured, and the command that is named shows the failure again.
func TestBadFirmware(t *testing.T) {
	t.Parallel()
	ends, stderr := benchHostile(t, exitBad, `
    static const unsigned end[2] = { 0x20026, 0 };
    register unsigned r0 __asm__("r0") = 0x20;
    register const void *r1 __asm__("r1") = end;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");`)
	if ends["small"] != "guest-failed has QEMU end (exit status 0)" {
		t.Errorf("outcomes %q", ends)
	}
	_, command, found := strings.Cut(stderr, "to reproduce: sh ")
	if !found {
		t.Fatalf("no command to reproduce: %s", stderr)
	}
	script, _, _ := strings.Cut(command, "\n")
	cmd := exec.Command("sh", script)
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil { // the guest's own exit status 0
		t.Errorf("%v\n%s", err, out)
	}
}

// TestBadReport: firmware that reports what can't be, here a stack painted over
// where it never was, fails alone too.
func TestBadReport(t *testing.T) {
	t.Parallel()
	ends, _ := benchHostile(t, exitBad, `{ unsigned sp; __asm__ volatile("mov %0, sp" : "=r"(sp)); ((volatile unsigned char *) sp)[-4000] = 1; }`)
	if !strings.HasPrefix(ends["small"], "guest-failed wrote below its stack: ") {
		t.Errorf("outcomes %q", ends)
	}
}

// TestAssembly: where a user's source moves the stack pointer by itself, the
// compiler's frames are wrong. The case has its other numbers, and says so.
func TestAssembly(t *testing.T) {
	t.Parallel()
	ends, _ := benchHostile(t, exitFine, `__asm__ volatile("sub.w sp, sp, #2048\n\tadd.w sp, sp, #2048");`)
	if ends["small"] != string(results.OutcomeConnected)+" " {
		t.Errorf("outcomes %q", ends)
	}
}
