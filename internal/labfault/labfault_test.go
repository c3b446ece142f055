//go:build labfault

package labfault

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each fault takes two runs of the tool.
var faults = flag.Int("faults", 10, "how many faults to try, of every operation and way in turn by a fixed seed; 0: all")

// ways are those of the hook, by operation.
var ways = map[string][]string{
	"open": {"error", "killed"}, "opendir": {"error"},
	"read": {"error", "short"}, "pread": {"error", "short"},
	"write": {"error", "short", "killed"}, "pwrite": {"error", "short", "killed"},
	"close": {"error"}, "rename": {"error", "killed", "killed-after"},
	"mkdir": {"error", "killed"}, "remove": {"error", "killed"},
	"stat": {"error"}, "lstat": {"error"},
	"start": {"error", "killed", "abandoned"},
}

// TestEverySiteFails: the stub library is measured on both machines with one
// fault, from a cache that lacks it and from one that has it; then once more
// without.
func TestEverySiteFails(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("no /proc: processes that are left behind can't be found")
	}
	core, err := filepath.Abs("../../core/testdata/stub")
	fatal(t, err)
	dir := t.TempDir()
	l := &lab{tool: buildTool(t, dir), profile: filepath.Join(core, "profile.toml"), core: core}
	states := prepare(t, l, dir)

	var plan []trial
	for _, s := range states {
		for _, site := range s.sites {
			op, _, _ := strings.Cut(site, " ")
			if ways[op] == nil {
				t.Fatalf("the hook has an operation %q that no way is known of", op)
			}
			for _, way := range ways[op] {
				plan = append(plan, trial{s, fault{site, way}})
			}
		}
	}
	t.Logf("%d sites, %d faults", len(states[0].sites)+len(states[1].sites), len(plan))
	if *faults > 0 {
		plan = choose(plan, *faults)
	}
	met := 0
	for _, c := range plan {
		t.Run(fmt.Sprintf("%s: %s: %s", c.state.name, c.fault.site, c.fault.way), func(t *testing.T) {
			if c.try(t, l) {
				met++
			}
		})
	}
	// A few sites depend on how goroutines take turns.
	t.Logf("%d of %d faults happened", met, len(plan))
	if met < len(plan)*3/4 {
		t.Errorf("only %d of %d faults happened", met, len(plan))
	}
}

// state is where a trial begins: a place, what a good run ends with, and the
// call sites that it passes.
type state struct {
	name   string
	at     place
	before map[string]string // results that are there already
	good   map[string]string // results of a run without a fault
	stdout string
	sites  []string
}

// prepare makes the two states: the reference server is there but nothing of
// the profile is, and all is there.
func prepare(t *testing.T, l *lab, dir string) []*state {
	t.Helper()
	cold := place{filepath.Join(dir, "cold", "cache"), filepath.Join(dir, "cold", "out")}
	fatal(t, os.MkdirAll(cold.out, 0o755))
	fatal(t, os.MkdirAll(cold.cache, 0o755))
	lend(t, cold.cache)

	// Another configuration of the library brings the server and no unit that
	// the profile's own needs.
	text, err := os.ReadFile(l.profile)
	fatal(t, err)
	other := strings.ReplaceAll(string(text), `"scenario.toml"`, `"`+filepath.Join(l.core, "scenario.toml")+`"`)
	other = strings.ReplaceAll(other, "SSL_MAX_CONTENT_LEN = 2048", "SSL_MAX_CONTENT_LEN = 4096\nPSK_MAX_LEN = 48")
	other = strings.ReplaceAll(other, "SSL_MAX_CONTENT_LEN = 1024", "SSL_MAX_CONTENT_LEN = 512\nPSK_MAX_LEN = 64")
	first := *l
	first.profile = write(t, dir, "other.toml", []byte(other))
	good(t, first.bench(t, place{cold.cache, filepath.Join(dir, "elsewhere")}, nil))

	warm := copyOf(t, cold)
	a := good(t, l.bench(t, warm, nil))
	results := files(t, warm.out)
	if len(results) < 2 {
		t.Fatalf("a run left %v", slices.Sorted(maps.Keys(results)))
	}
	b := good(t, l.bench(t, warm, nil))
	if d := differ(files(t, warm.out), results); d != "" {
		t.Fatalf("from a cache that has it, the same run differs in %s", d)
	}
	return []*state{
		{"cold", cold, nil, results, a.stdout, a.sites},
		{"warm", warm, results, results, b.stdout, b.sites},
	}
}

// lend gives a cache what was fetched for the user's own: nothing is fetched twice.
func lend(t *testing.T, cache string) {
	t.Helper()
	base, err := os.UserCacheDir()
	fatal(t, err)
	theirs := filepath.Join(base, "tlslab", "download")
	if _, err := os.Stat(theirs); err == nil {
		fatal(t, os.CopyFS(filepath.Join(cache, "download"), os.DirFS(theirs)))
	}
}

func good(t *testing.T, r ran) ran {
	t.Helper()
	if r.code != 0 || len(r.orphans) > 0 || r.timedOut {
		t.Fatalf("a run without a fault: exit status %d, left behind %v\n%s", r.code, r.orphans, r.stderr)
	}
	slices.Sort(r.sites)
	return r
}

// trial is a fault that is tried from a state.
type trial struct {
	state *state
	fault fault
}

// choose takes n of a plan by a fixed seed: operations in turn, so that a rare
// one is among them.
func choose(plan []trial, n int) (chosen []trial) {
	rng := rand.New(rand.NewPCG(15, 0))
	rng.Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
	byWay := map[string][]trial{}
	for _, c := range plan {
		op, _, _ := strings.Cut(c.fault.site, " ")
		byWay[op+" "+c.fault.way] = append(byWay[op+" "+c.fault.way], c)
	}
	keys := slices.Sorted(maps.Keys(byWay))
	rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	for len(chosen) < min(n, len(plan)) {
		for _, k := range keys {
			if len(byWay[k]) > 0 && len(chosen) < n {
				chosen, byWay[k] = append(chosen, byWay[k][0]), byWay[k][1:]
			}
		}
	}
	return chosen
}

// try makes one trial, and reports whether the fault happened.
func (c trial) try(t *testing.T, l *lab) bool {
	at := copyOf(t, c.state.at)
	r := l.bench(t, at, &c.fault)
	left := files(t, at.out)
	switch {
	case r.timedOut:
		t.Errorf("not done after %v", longest)
	case len(r.orphans) > 0:
		t.Errorf("left behind: %v", r.orphans)
	case strings.Contains(r.stderr, "goroutine "):
		t.Errorf("it crashed:\n%s", r.stderr)
	case r.code == 0:
		if d := differ(left, c.state.good); d != "" {
			t.Errorf("exit status 0, and other results: %s", d)
		}
		if r.stdout != c.state.stdout {
			t.Errorf("exit status 0, and it printed\n%s\nwant\n%s", r.stdout, c.state.stdout)
		}
	case r.code == -1 && strings.Contains(c.fault.way, "killed"), r.code == -1 && c.fault.way == "abandoned":
	case r.code != 2:
		t.Errorf("exit status %d: a failure of the host was taken for the measured thing's\n%s", r.code, r.stderr)
	case !strings.Contains(r.stderr, "tlslab: "):
		t.Errorf("exit status 2 without a reason: %q", r.stderr)
	}
	for name, text := range left {
		if text != c.state.good[name] && text != c.state.before[name] {
			t.Errorf("%s is neither what was there nor what a good run writes", name)
		}
	}
	again := l.bench(t, at, nil)
	if again.code != 0 || again.stdout != c.state.stdout {
		t.Errorf("the next run: exit status %d\n%s%s", again.code, again.stdout, again.stderr)
	}
	if d := differ(files(t, at.out), c.state.good); d != "" {
		t.Errorf("the next run left other results: %s", d)
	}
	if t.Failed() {
		t.Logf("exit status %d\n%s", r.code, r.stderr)
	}
	return r.hit
}
