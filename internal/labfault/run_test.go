//go:build labfault

package labfault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tlslab/internal/testutil"
)

// longest is how long one run may take; an idle machine needs two seconds.
const longest = 10 * time.Minute

// lab is the tool with faults in it, and the profile it measures.
type lab struct {
	tool, profile, core string
}

// place is where a run reads and writes: a cache and a directory of results.
type place struct{ cache, out string }

// fault is one call site of the tool and the way in which it fails.
type fault struct{ site, way string }

// ran is how a run ended.
type ran struct {
	code     int // -1: ended by a signal
	stderr   string
	stdout   string
	sites    []string
	hit      bool // the fault happened
	orphans  []string
	timedOut bool
}

// bench measures the profile, with a fault where f is not nil.
func (l *lab) bench(t *testing.T, at place, f *fault) ran {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	record := filepath.Join(t.TempDir(), "record")
	cmd := exec.CommandContext(ctx, l.tool, "bench", l.profile, "--core", "dir:"+l.core, "--machine", "all", "--cache", at.cache, "--out", at.out)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), "LABFAULT_RECORD="+record)
	if f != nil {
		cmd.Env = append(cmd.Env, "LABFAULT_SITE="+f.site, "LABFAULT_WAY="+f.way)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // its children are known by the session
	cmd.WaitDelay = testutil.Patience
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		t.Fatal(err)
	}
	// Where the results are differs from run to run.
	r := ran{code: cmd.ProcessState.ExitCode(), stdout: strings.ReplaceAll(stdout.String(), at.out, "OUT"), stderr: stderr.String(), timedOut: ctx.Err() != nil}
	text, err := os.ReadFile(record)
	fatal(t, err)
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if line == "HIT" {
			r.hit = true
		} else {
			r.sites = append(r.sites, line)
		}
	}
	r.orphans = leftOf(cmd.Process.Pid)
	return r
}

// leftOf are the processes of a session whose leader has ended. They get two
// minutes to follow it; what is left then is killed.
func leftOf(session int) (left []string) {
	for end := time.Now().Add(testutil.Patience); ; time.Sleep(50 * time.Millisecond) {
		pids := inSession(session)
		if len(pids) == 0 {
			return nil
		}
		if time.Now().After(end) {
			for pid, name := range pids {
				left = append(left, fmt.Sprintf("%d %s", pid, name))
				syscall.Kill(pid, syscall.SIGKILL)
			}
			return left
		}
	}
}

// inSession lists the processes of a session that have not ended (proc(5), stat).
func inSession(session int) map[int]string {
	pids := map[int]string{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		head, rest, _ := strings.Cut(string(text), ") ")
		pid, name, _ := strings.Cut(head, " (")
		fields := strings.Fields(rest) // state, parent, group, session
		if len(fields) > 3 && fields[0] != "Z" && fields[3] == strconv.Itoa(session) {
			n, _ := strconv.Atoi(pid)
			pids[n] = name
		}
	}
	return pids
}

// files are the contents of a directory of results; what is about the host and
// not the measurement is left out, and so is what a killed run was writing under
// a name that nothing reads.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || e.IsDir() || e.Name() == "host.json" || strings.HasPrefix(e.Name(), ".") && strings.HasSuffix(e.Name(), ".tmp") {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		all[rel] = string(data)
		return err
	})
	fatal(t, err)
	return all
}

// copyOf is a copy of a place that a run may do anything to.
func copyOf(t *testing.T, from place) place {
	t.Helper()
	dir := t.TempDir()
	to := place{filepath.Join(dir, "cache"), filepath.Join(dir, "out")}
	for src, dst := range map[string]string{from.cache: to.cache, from.out: to.out} {
		if out, err := exec.Command("cp", "-r", "--preserve=timestamps,mode", src, dst).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return to
}

// differ names the files that are not the same; "" for none.
func differ(got, want map[string]string) string {
	var names []string
	for name, text := range want {
		if got[name] != text {
			names = append(names, name)
		}
	}
	for name := range maps.Keys(got) {
		if _, ok := want[name]; !ok {
			names = append(names, name+" (more)")
		}
	}
	return strings.Join(names, ", ")
}
