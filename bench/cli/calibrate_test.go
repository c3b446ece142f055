package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/emu/qemu"
)

// TestCalibrate runs a few operations on two emulated boards that differ in
// their flash's wait states.
func TestCalibrate(t *testing.T) {
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
