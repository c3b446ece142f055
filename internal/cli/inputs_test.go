package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// strangeFiles are what a person may name by mistake where a file is wanted.
func strangeFiles(t *testing.T) map[string]string {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(syscall.Mkfifo(at("fifo.toml"), 0o600), os.Mkdir(at("directory.toml"), 0o700), os.Symlink("/dev/zero", at("device.toml")),
		os.WriteFile(at("huge.toml"), nil, 0o600), os.Truncate(at("huge.toml"), 1<<40)); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"fifo": at("fifo.toml"), "directory": at("directory.toml"), "device": at("device.toml"), "huge": at("huge.toml")}
}

// TestStrangeInputs: whatever is named in place of an input file, the command
// ends with one line that names it, and status 2.
func TestStrangeInputs(t *testing.T) {
	t.Parallel()
	needSource(t)
	strange := strangeFiles(t)
	good, err := os.ReadFile(filepath.Join("..", "..", "core", "testdata", "stub", "profile.toml"))
	if err != nil {
		t.Fatal(err)
	}
	scenario, err := os.ReadFile(filepath.Join("..", "..", "core", "testdata", "stub", "scenario.toml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "scenario.toml"), scenario, 0o600); err != nil {
		t.Fatal(err)
	}
	profiles := 0
	profile := func(t *testing.T, old, new string) string {
		text := strings.Replace(string(good), old, new, 1)
		if text == string(good) {
			t.Fatalf("%q is not in the profile", old)
		}
		profiles++
		path := filepath.Join(dir, fmt.Sprintf("stub%d.toml", profiles))
		text = strings.Replace(text, `"stub"`, fmt.Sprintf(`"stub%d"`, profiles), 1)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plain := profile(t, "# The", "# the")
	for name, args := range map[string]func(t *testing.T, file string) []string{
		"profile": func(t *testing.T, file string) []string { return []string{"bench", file} },
		"board": func(t *testing.T, file string) []string {
			return []string{"bench", profile(t, `"stm32f407"`, `"`+file+`"`)}
		},
		"scenario": func(t *testing.T, file string) []string {
			return []string{"bench", profile(t, `"scenario.toml"`, `"`+file+`"`)}
		},
		"matrix": func(t *testing.T, file string) []string {
			return []string{"bench", profile(t, "scenarios =", `matrix = "`+file+`"`+"\nscenarios =")}
		},
		"header": func(t *testing.T, file string) []string {
			return []string{"bench", profile(t, `base = "core"`, `header = "`+file+`"`)}
		},
		"list": func(t *testing.T, file string) []string {
			return []string{"bench", profile(t, `base = "core"`, `base = "`+file+`"`)}
		},
		"CA file": func(t *testing.T, file string) []string {
			return []string{"bench", profile(t, "scenarios =", `ca_files = ["`+file+`"]`+"\nscenarios =")}
		},
		"archive": func(t *testing.T, file string) []string { return []string{"bench", plain, "--core", "tar:" + file} },
		"results": func(t *testing.T, file string) []string { return []string{"plots", "imxrt1052", "--results", file} },
		"old":     func(t *testing.T, file string) []string { return []string{"compare", file, file} },
		"accept": func(t *testing.T, file string) []string {
			return []string{"gate", "imxrt1052", "--results", "../../bench/baseline/imxrt1052.baseline", "--baseline", "../../bench/baseline/imxrt1052.baseline", "--accept", file}
		},
		"baseline": func(t *testing.T, file string) []string {
			return []string{"gate", "imxrt1052", "--results", "../../bench/baseline/imxrt1052.baseline", "--baseline", file}
		},
	} {
		for kind, file := range strange {
			t.Run(name+", "+kind, func(t *testing.T) {
				status, stdout, stderr := run(append(args(t, file), "--out", dir)...)
				if status != exitTool || !strings.Contains(stderr, filepath.Base(file)) {
					t.Errorf("status %d, %s%s", status, stdout, stderr)
				}
				for line := range strings.Lines(stderr) {
					if strings.Contains(line, filepath.Base(file)) && !strings.HasPrefix(line, "tlslab: ") {
						t.Errorf("not one line: %q", stderr)
					}
				}
			})
		}
	}
}
