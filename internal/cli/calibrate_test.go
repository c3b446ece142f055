package cli

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/bench/study/calibrate"
	"tlslab/core"
	"tlslab/core/build"
	"tlslab/core/library"
	"tlslab/emu/qemu"
	"tlslab/internal/confine"
	"tlslab/internal/testutil"
)

// TestCalibrate runs a few operations on two emulated boards that differ in
// their flash's wait states.
func TestCalibrate(t *testing.T) {
	t.Parallel()
	needSource(t)
	need(t, qemu.Tools...)
	dir := t.TempDir()
	status, stdout, stderr := run("calibrate", "g474-8-waits", "--out", dir)
	if status != exitFine {
		t.Fatalf("status %d\n%s%s", status, stdout, stderr)
	}
	for _, want := range []string{"sha-256", "aes-128-cbc", "ecp-mul-p256", "22.0 to 35.0", "2.28"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is not in\n%s", want, stdout)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "calibrate.json"))
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Runs []struct {
			Name       string
			Provenance struct{ Versions map[string]string }
			Rows       []struct {
				Predicted *float64 `json:"est-predicted"`
			}
		}
	}
	if err := json.Unmarshal(data, &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Runs) != 1 || len(report.Runs[0].Rows) != 3 || report.Runs[0].Provenance.Versions["timing"] == "" {
		t.Fatalf("%s", data)
	}
	for _, r := range report.Runs[0].Rows {
		if r.Predicted == nil || *r.Predicted < 5 || *r.Predicted > 50 {
			t.Errorf("twice the wait states: %v %% slower", r.Predicted)
		}
	}
	if status, again, _ := run("calibrate", "g474-8-waits", "--out", dir); status != exitFine || again != stdout {
		t.Errorf("a second time: status %d\n%s\nthe first:\n%s", status, again, stdout)
	}
}

func TestCalibrateUsage(t *testing.T) {
	t.Parallel()
	need(t, qemu.Tools...)
	for want, args := range map[string][]string{
		`run "g473": not known`:  {"calibrate", "g473"},
		"not of the form RUN=":   {"calibrate", "g474-8-waits", "--firmware", "x.elf"},
		"no such file":           {"calibrate", "pqm4", "--firmware", "pqm4=nonesuch.elf"},
		`core "mbedtls-1": not `: {"calibrate", "g474-8-waits", "--core", "g474*=mbedtls-1"},
	} {
		if status, _, stderr := run(append(args, "--out", t.TempDir())...); status != exitTool || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
	// A run without its image is not a goal missed, but not a prediction either.
	status, stdout, _ := run("calibrate", "pqm4", "--out", t.TempDir())
	if status != exitFine || !strings.Contains(stdout, "not run") {
		t.Errorf("status %d\n%s", status, stdout)
	}
}

// An image of the user's own is not run where nothing confines QEMU, unless it
// is trusted.
func TestCalibrateTrust(t *testing.T) {
	t.Parallel()
	need(t, build.BuildTools...)
	need(t, qemu.Tools...)
	image := filepath.Join(t.TempDir(), "image.elf")
	if err := os.WriteFile(image, []byte("no ELF"), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, more := range map[string][]string{"--trust": nil, "firmware: image": {"--trust"}} {
		cmd := exec.Command("tlslab", append([]string{"calibrate", "pqm4", "--firmware", "pqm4=" + image, "--out", t.TempDir()}, more...)...)
		cmd.Env = append(os.Environ(), confine.Variable+"="+string(confine.None))
		var stderr strings.Builder
		cmd.Stderr = &stderr
		cmd.Run()
		if status := cmd.ProcessState.ExitCode(); status != exitTool || !strings.Contains(stderr.String(), want) || strings.Contains(stderr.String(), "--trust") != (more == nil) {
			t.Errorf("%v: status %d, %s", more, status, &stderr)
		}
	}
}

// A table of multiples of the generator that is a constant of the library (3.x)
// is not computed again for each signature: a signature costs less than two thirds of
// the multiplication of a point that has none.
func TestCalibrateKeepsConstantTables(t *testing.T) {
	t.Parallel()
	needSource(t)
	need(t, qemu.Tools...)
	ctx := t.Context()
	silicon, err := calibrate.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := silicon.Run("g474")
	if err != nil {
		t.Fatal(err)
	}
	c, err := (&settings{stderr: os.Stderr}).openCalibration(ctx, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	src, err := library.Resolve(ctx, "mbedtls-3.6", c.cache, func(s string) { t.Log(s) })
	if errors.Is(err, core.ErrWithdrawn) || err != nil && !testutil.CI() {
		t.Skip(err) // the archive moves on without us
	}
	if err != nil {
		t.Fatal(err)
	}
	board, err := silicon.Board(r.Board)
	if err != nil {
		t.Fatal(err)
	}
	m, err := qemu.New(ctx, board, c.cache)
	if err != nil {
		t.Fatal(err)
	}
	img, err := c.builder.Build(ctx, r.Spec(src, board, m.Target()))
	if err != nil {
		t.Fatal(err)
	}
	sign, mul := calibrate.Operation{Name: "ecdsa-p256-sign"}, calibrate.Operation{Name: "ecp-mul-p256"}
	done, err := calibrate.Measure(ctx, m, img.Firmware, []calibrate.Operation{sign, sign, mul}, calibrate.Key, nil)
	if err != nil || len(done) != 3 {
		t.Fatalf("%d operations, %v", len(done), err)
	}
	once, again, one := done[0].Counters.Ops, done[1].Counters.Ops, done[2].Counters.Ops
	t.Logf("signature %d instructions, again %d, multiplication %d", once, again, one)
	if once != again || 3*once > 2*one { // with the table computed each time it is 85 %
		t.Errorf("a signature takes %d instructions, then %d; a multiplication %d", once, again, one)
	}
}
