package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tlslab/bench/action"
	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/bench/study/fault"
	"tlslab/bench/study/heapfit"
	"tlslab/bench/study/loss"
	"tlslab/bench/study/reject"
	"tlslab/bench/study/roots"
	"tlslab/certs"
	"tlslab/emu/heap"
	"tlslab/emu/qemu"
	"tlslab/internal/cache"
	"tlslab/internal/cache/cachetest"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// Another process gets each field of each input, including unexported fields and
// fields of other packages' types.
func TestInputsAreData(t *testing.T) {
	t.Parallel()
	for kind, in := range action.Kinds() {
		t.Run(kind, func(t *testing.T) { cachetest.EveryFieldIsData(t, kind, in) })
	}
}

// twice executes actions in this process. It executes the first few of each kind in
// another process too, which has its own cache. The outputs must be the same bytes.
type twice struct {
	t    *testing.T
	here *action.Local
	dir  string // the other process's cache

	mu    sync.Mutex
	done  map[string]int
	first map[string]*action.Action // of each kind
}

// mostTwice is how many actions of one kind are executed twice: one on each of the two
// machines.
const mostTwice = 3

func (e *twice) Execute(ctx context.Context, a *action.Action, out any) error {
	if err := e.here.Execute(ctx, a, out); err != nil {
		return err
	}
	e.mu.Lock()
	enough := e.done[a.Kind] == mostTwice
	if !enough {
		e.done[a.Kind]++
	}
	if e.first[a.Kind] == nil {
		e.first[a.Kind] = a
	}
	e.mu.Unlock()
	if enough {
		return nil
	}
	here, err := a.Here(ctx) // which may have others executed
	if err != nil {
		return err
	}
	there, err := e.there(ctx, a, func(*action.Request) {})
	if err != nil {
		return err
	}
	if here.Keep != there.Keep || !bytes.Equal(here.JSON, there.JSON) {
		e.t.Errorf("%s: in another process it gives another output (%d and %d B, kept: %v and %v)", a, len(here.JSON), len(there.JSON), here.Keep, there.Keep)
	}
	return nil
}

// there executes an action in another process, from the data alone.
func (e *twice) there(ctx context.Context, a *action.Action, change func(*action.Request)) (out action.Output, err error) {
	rev, err := revision()
	if err != nil {
		return out, err
	}
	r, err := a.Request(rev)
	if err != nil {
		return out, err
	}
	change(r)
	data, err := json.Marshal(r)
	if err != nil {
		return out, err
	}
	cmd := exec.CommandContext(ctx, "tlslab", "--cache", e.dir, "action")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr, cmd.Dir = bytes.NewReader(data), &stderr, e.dir
	text, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("%s in another process: %w: %s", a, err, stderr.String())
	}
	return out, json.Unmarshal(text, &out)
}

// TestActionsAreData: an action of every kind gives the same bytes in a process that
// shares nothing with the one that submits it.
func TestActionsAreData(t *testing.T) {
	needSource(t)
	dir := t.TempDir()
	if err := cachetest.Share(dir, sharedKinds...); err != nil {
		t.Fatal(err)
	}
	s := &settings{stdout: t.Output(), stderr: t.Output()}
	plan, err := s.plan(t.Context(), sentProfile(t), &selection{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.openLab(t.Context(), plan.Profile.Core)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	// What an earlier test measured is in the cache of all tests.
	store := &cache.Store{Dir: t.TempDir()}
	e := &twice{t: t, here: &action.Local{Store: store}, dir: dir, done: map[string]int{}, first: map[string]*action.Action{}}
	l.Actions = e
	study(t, l.Bench, plan)
	for _, kind := range slices.Sorted(maps.Keys(action.Kinds())) {
		if e.done[kind] == 0 {
			t.Errorf("no action of the kind %s was done in another process: no study of this test submits one", kind)
		}
		t.Logf("%s: %d", kind, e.done[kind])
	}
	lackingElsewhere(t, s, e)
	refusedElsewhere(t, e, l.Bench, plan)
	headerElsewhere(t, s, e, l.Bench, plan)
}

// lackingElsewhere: an input of whatever kind that lacks a part is refused, unless
// the action is the same without it.
func lackingElsewhere(t *testing.T, s *settings, e *twice) {
	t.Helper()
	p := &workplace{s: s, labs: map[lab.Core]*openedLab{}}
	defer p.close()
	for kind, a := range e.first {
		r, err := a.Request("rev")
		if err != nil {
			t.Fatal(err)
		}
		for path, input := range lacking(t, r.Input) {
			less := *r
			less.Input = input
			func() {
				defer func() {
					if why := recover(); why != nil {
						t.Errorf("%s without %s: %v", kind, path, why)
					}
				}()
				_, err := e.here.Do(t.Context(), p, "rev", &less)
				if refused := new(action.RefusedError); err != nil && !errors.As(err, &refused) {
					t.Errorf("%s without %s: %v", kind, path, err)
				}
			}()
		}
	}
}

// lacking is an input without one of its objects, for each of them by its path.
func lacking(t *testing.T, input json.RawMessage) map[string]json.RawMessage {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(input))
	d.UseNumber()
	var whole any
	if err := d.Decode(&whole); err != nil {
		t.Fatal(err)
	}
	all := map[string]json.RawMessage{}
	var walk func(path string, tree any)
	walk = func(path string, tree any) {
		object, _ := tree.(map[string]any)
		for name, member := range object {
			if inner, ok := member.(map[string]any); !ok || inner["type"] != nil {
				continue // a value of an option may be any
			}
			object[name] = nil
			less, err := json.Marshal(whole)
			if err != nil {
				t.Fatal(err)
			}
			all[path+"."+name], object[name] = less, member
			walk(path+"."+name, member)
		}
	}
	walk("", whole)
	return all
}

// headerElsewhere: a user's header that includes another is the same configuration in
// both processes if both see its directory.
func headerElsewhere(t *testing.T, s *settings, e *twice, l *measure.Bench, plan *lab.Plan) {
	t.Helper()
	dir := plan.Profile.Dir
	for name, text := range map[string][]byte{
		"more.h": plan.Jobs[0].Header,
		"own.h":  []byte("#include \"more.h\"\n#define MBEDTLS_MPI_WINDOW_SIZE 2\n"),
		"own.toml": []byte("name = \"own\"\ntitle = \"a header of a user's\"\nboard = \"stm32f407\"\nscenarios = [\"" + plan.Jobs[0].Scenario.Name + "\"]\n" +
			"[memory]\nheap_bytes = 65_536\nstack_bytes = 16_384\n[run]\nseed = 1\n[[config]]\nname = \"own\"\nheader = \"own.h\"\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own, err := s.plan(t.Context(), filepath.Join(dir, "own.toml"), &selection{})
	if err != nil {
		t.Fatal(err)
	}
	l.Actions, e.done = e, map[string]int{}
	c, err := l.Measure(t.Context(), own, &own.Jobs[0])
	if err != nil {
		t.Fatal(err)
	}
	if c.Outcome != results.OutcomeConnected || e.done["case"] != 1 {
		t.Errorf("%s %s: %v", c.Outcome, c.Detail, e.done)
	}
}

// sentProfile writes a user's profile with a certificate beside it.
func sentProfile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	file := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	chain, err := certs.Load("ecdsa-p256", "")
	if err != nil {
		t.Fatal(err)
	}
	file("root.pem", string(chain.RootPEM))
	file("profile.toml", `name = "sent"
title = "a profile whose jobs go to another process"
board = "stm32f407"
scenarios = ["ecdhe-ecdsa-p256-aes128-gcm", "dtls12-psk-aes128-ccm8"]
ca_files = ["*.pem"]
machines = ["wasm", "qemu"]

[memory]
heap_bytes  = 65_536
stack_bytes = 16_384

[run]
seed = 1

[[config]]
name = "sent"
base = "rtthread-optimised-2018"
[config.set]
SSL_MAX_CONTENT_LEN = 3584
HAVE_TIME           = true
HAVE_TIME_DATE      = true

[[axis]]
config = "sent"
option = "ECP_C"
values = [false]

[[axis]]
config = "sent"
option = "SSL_MAX_CONTENT_LEN"
values = [128]
`)
	return filepath.Join(dir, "profile.toml")
}

// study makes the studies submit actions of all kinds.
func study(t *testing.T, l *measure.Bench, plan *lab.Plan) {
	t.Helper()
	ctx := t.Context()
	if !qemuThere() {
		plan.Jobs = slices.DeleteFunc(plan.Jobs, func(j lab.Job) bool { return j.Machine == "qemu" })
	}
	own := *plan
	own.Jobs = slices.Clone(plan.Jobs)
	if _, err := l.Matrix(ctx, &own, 1, func(c *results.Case) { t.Logf("%s: %s %v", c.Key(), c.Outcome, c.Advice) }); err != nil {
		t.Fatal(err)
	}
	bulk := plan.Jobs[0]
	bulk.Bulk = true
	if _, err := l.Measure(ctx, plan, &bulk); err != nil {
		t.Fatal(err)
	}
	datagrams := slices.IndexFunc(plan.Jobs, func(j lab.Job) bool { return j.Scenario.Datagram() })
	if _, err := loss.Loss(ctx, l.Lab, plan, &plan.Jobs[datagrams], []int{0, 20}, 3, 1, func(int) {}); err != nil {
		t.Fatal(err)
	}
	c, err := fault.NewCampaign(ctx, l.Lab, plan, &plan.Jobs[datagrams])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := reject.Reject(ctx, l.Lab, plan, &plan.Jobs[0], []profiles.Check{"wrong-name", "server-compression", "corrupt-record"}); err != nil {
		t.Fatal(err)
	}
	if _, err := heapfit.Cases(ctx, l.Lab, plan, []*lab.Job{&plan.Jobs[0]}, heap.Models[:2], 1); err != nil {
		t.Fatal(err)
	}
	chain, err := certs.Load("rsa2048", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := roots.PriceOf(ctx, l.Lab, plan, &plan.Jobs[0], roots.Roots{Data: chain.RootPEM}, true); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(ctx, c.Plan(fault.Choice{Bits: 8, Seed: 1, Runs: 20}), 1, func(int) {}); err != nil {
		t.Fatal(err)
	}
}

// qemuThere reports whether an emulated board is available.
func qemuThere() bool {
	for _, tool := range qemu.Tools {
		if _, err := exec.LookPath(tool.Name); err != nil {
			return testutil.CI()
		}
	}
	return true
}

// refusedElsewhere: another process refuses a request unless it is certainly the same
// work.
func refusedElsewhere(t *testing.T, e *twice, l *measure.Bench, plan *lab.Plan) {
	t.Helper()
	var last *action.Action
	l.Actions = executorFunc(func(ctx context.Context, a *action.Action, out any) error {
		last = a
		return e.here.Execute(ctx, a, out)
	})
	if _, err := l.Measure(t.Context(), plan, &plan.Jobs[0]); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*action.Request){
		"another build of this program": func(r *action.Request) { r.Revision = strings.Repeat("0", 64) },
		"not known":                     func(r *action.Request) { r.Kind = "cases" },
		"its input gives the key":       func(r *action.Request) { r.Input = bytes.Replace(r.Input, []byte(`"Seed":1`), []byte(`"Seed":2`), 1) },
		"has the digest": func(r *action.Request) {
			r.Input = bytes.Replace(r.Input, []byte(l.Source.Digest), []byte(strings.Repeat("0", 64)), 1)
		},
		"does not match its digest": func(r *action.Request) {
			for digest, b := range r.Blobs {
				r.Blobs[digest] = append(b, '\n')
			}
		},
	} {
		if _, err := e.there(t.Context(), last, change); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "exit status 2") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// An invalid or too large request is refused before anything is opened.
func TestReadRequest(t *testing.T) {
	t.Parallel()
	const good = `{"revision":"r","kind":"case","key":"k","input":{}}`
	for text, want := range map[string]string{
		good:                           "",
		good + "\n":                    "",
		"":                             "EOF",
		good[:20]:                      "unexpected EOF",
		good + "{}":                    "has more after its end",
		`{"sort":"case"}`:              `unknown field "sort"`,
		good + " ":                     "",
		good + strings.Repeat(" ", 99): "has more than 99 bytes",
		`{"kind":"` + strings.Repeat("x", 99) + `"}`: "has more than 99 bytes",
	} {
		r, err := readRequest(strings.NewReader(text), 99)
		if want == "" && (err != nil || r.Kind != "case") || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
}

type executorFunc func(context.Context, *action.Action, any) error

func (f executorFunc) Execute(ctx context.Context, a *action.Action, out any) error {
	return f(ctx, a, out)
}
