package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tlslab/core"
	"tlslab/core/build"
	"tlslab/core/library"
	"tlslab/emu/qemu"
	"tlslab/internal/testutil"
)

// TestScripts runs the command as a person does: one script a theme in
// testdata/script. Beyond testscript's own commands there are
//
//	exits STATUS COMMAND...   runs COMMAND, which must end with STATUS
//	newcache DIR              makes DIR a cache that holds the source alone
//
// the conditions [lab], that the compilers are there, and [board], that QEMU is
// too, and the variables ROOT
// (the checkout) and TLSLAB (the command's path, for scripts that change PATH).
func TestScripts(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", os.Getenv("XDG_CACHE_HOME"))
			env.Setenv("ROOT", root)
			program, err := exec.LookPath("tlslab")
			if err != nil {
				return err
			}
			env.Setenv("TLSLAB", program)
			return nil
		},
		Condition: func(name string) (bool, error) {
			tools := build.BuildTools
			switch name {
			case "lab":
			case "board":
				tools = slices.Concat(tools, qemu.Tools)
			case "newer": // 3.6 can be had
				if err := newerSource(); errors.Is(err, core.ErrWithdrawn) || err != nil && !testutil.CI() {
					return false, nil
				}
			default:
				return false, fmt.Errorf("condition %q: not known", name)
			}
			err := find(tools)
			if err != nil && testutil.CI() {
				return false, err
			}
			return err == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"newcache": newCache,
		},
	})
}

func find(tools []build.Tool) error {
	for _, tool := range tools {
		if _, err := exec.LookPath(tool.Name); err != nil {
			return fmt.Errorf("%s is missing; %s", tool.Name, build.InstallCommand([]string{tool.Package}))
		}
	}
	return nil
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("exits: %v", err)
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("exits: %v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func newCache(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: newcache DIR")
	}
	ours, err := (&settings{}).cache()
	ts.Check(err)
	theirs := &core.Cache{Dir: ts.MkAbs(args[0])}
	for _, pin := range library.Pins() {
		if data, ok := ours.Get("download", pin.SHA256); ok {
			ts.Check(theirs.Put("download", pin.SHA256, data))
		}
	}
}
