// Package labtest opens labs for tests: one on a cache of the run's own, with
// the profiles below testdata. A package that uses it has
//
//	func TestMain(m *testing.M) { os.Exit(labtest.Main(m)) }
package labtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/core/build"
	"tlslab/core/library"
	"tlslab/emu/wasm"
	"tlslab/internal/cache/cachetest"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// pinned is the core these tests measure, and their reference server's.
const pinned = library.Peer

// sharedKinds are the parts of the user's cache whose keys name all their
// content comes from: nothing is fetched or compiled twice. What depends on
// this program (images, cases) is made anew in every run of the tests.
var sharedKinds = []string{"download", "src", "object", "callgraph", "unit", "probe", "predefined", "wazero"}

// cacheDir is this run's cache; Main makes and removes it.
var cacheDir string

// Main runs a package's tests with a cache for all of them, and returns their
// exit status.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "tlslab-test-*")
	if err == nil {
		defer os.RemoveAll(dir)
		cacheDir = dir
		err = cachetest.Share(dir, sharedKinds...)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// Open opens a lab on a kind of engine. A missing tool skips the test, and
// fails it in CI.
func Open(t testing.TB, kind wasm.Kind) *lab.Lab {
	t.Helper()
	ctx := context.Background()
	fatal := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	missing := func(err error) {
		t.Helper()
		if err != nil {
			testutil.Missing(t, err)
		}
	}
	tools, err := build.FindToolchain(ctx)
	missing(err)
	cache := &core.Cache{Dir: cacheDir}
	src := Source(t)
	builder, err := build.NewBuilder(ctx, cache, tools)
	fatal(err)
	builder.Revision = t.Name() // nothing another test measured
	machine, err := wasm.NewMachine(ctx, kind, cache)
	fatal(err)
	t.Cleanup(func() { machine.Close(ctx) })
	l := &lab.Lab{Source: src, Builder: builder, Machine: machine}
	fatal(l.Open(ctx, src))
	t.Cleanup(func() { l.Close(ctx) })
	return l
}

// Source is the core that tests measure. One that can't be fetched skips the
// test, and fails it in CI.
func Source(t testing.TB) *core.Source {
	t.Helper()
	src, err := library.Resolve(context.Background(), pinned, &core.Cache{Dir: cacheDir}, func(s string) { t.Log(s) })
	if err != nil {
		testutil.Missing(t, err)
	}
	return src
}

// File is the path of a file in this package's testdata, for tests of any package.
func File(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "bench", "labtest", "testdata", filepath.FromSlash(name))
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod above the test's directory")
	return ""
}

// LoadPlan is the plan of testdata/lab.toml after change, which may be nil.
func LoadPlan(t testing.TB, change func(*profiles.Profile)) *lab.Plan {
	t.Helper()
	p, err := profiles.Load(File(t, "lab.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(p)
	}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// FilePlan is the plan of a profile in testdata.
func FilePlan(t testing.TB, file string) *lab.Plan {
	t.Helper()
	p, err := profiles.Load(File(t, file))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// JobOf finds a job of a plan.
func JobOf(t testing.TB, plan *lab.Plan, config, scenario string) *lab.Job {
	t.Helper()
	for i := range plan.Jobs {
		if j := &plan.Jobs[i]; j.Variant.Name == config && j.Scenario.Name == scenario {
			return j
		}
	}
	t.Fatalf("no job %s, %s", config, scenario)
	return nil
}

// Prepare is a job on the wasm machine, loaded, to be run as often as wanted.
func Prepare(t testing.TB, l *lab.Lab, plan *lab.Plan, j *lab.Job) *lab.Prepared {
	t.Helper()
	ctx := context.Background()
	p, err := l.PrepareOn(ctx, plan, j, l.Machine)
	if err == nil {
		err = p.Load(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(ctx) })
	return p
}

// Writable fails the test when a case could not be written to a results file.
func Writable(t testing.TB, cases ...results.Case) {
	t.Helper()
	if err := (&results.File{Schema: results.Schema, Cases: cases}).Check(); err != nil {
		t.Errorf("this case could not be written: %v", err)
	}
}

const (
	PSK     = "psk-aes128-ccm8"
	ECDSA   = "ecdhe-ecdsa-p256-aes128-gcm"
	RSA     = "rsa-aes256-cbc-sha256"
	RSA4096 = "rsa4096-aes256-cbc-sha256"
)

const (
	DTLSPSK       = "dtls12-psk-aes128-ccm8"
	DTLSECDSA     = "dtls12-ecdhe-ecdsa-p256-aes128-gcm"
	DTLSFragments = "dtls12-fragments"
	DTLSReconnect = "dtls12-reconnect"
	DTLSCID       = "dtls12-cid"
	DTLS10        = "dtls10-psk-aes128-cbc-sha"
)

// OpenNewer is the lab of the tests, and one of the pinned 3.6 beside it with
// the same server.
func OpenNewer(t *testing.T) (l, newer *lab.Lab) {
	t.Helper()
	l = Open(t, wasm.Compiler)
	ctx := context.Background()
	src, err := library.Resolve(ctx, library.NewerPeer, l.Builder.Cache, func(s string) { t.Log(s) })
	if errors.Is(err, core.ErrWithdrawn) || err != nil && !testutil.CI() {
		t.Skip(err) // the archive moves on without us
	}
	if err != nil {
		t.Fatal(err)
	}
	newer = &lab.Lab{Source: src, Builder: l.Builder, Machine: l.Machine, NewerCore: func(context.Context) (*core.Source, error) { return src, nil }}
	if err := newer.Open(ctx, l.Source); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { newer.Close(ctx) })
	return l, newer
}

// DatagramPlan is the plan of the tests' profile in scenarios of datagrams.
func DatagramPlan(t testing.TB, scenarios ...string) *lab.Plan {
	return LoadPlan(t, func(p *profiles.Profile) { p.Scenarios = scenarios })
}

// Converse runs a job once, its scenario after change, which may be nil.
func Converse(t testing.TB, s *lab.Prepared, change func(*profiles.Scenario)) (*lab.Run, lab.Outcome) {
	t.Helper()
	scenario := *s.Job.Scenario
	if scenario.DTLS != nil {
		settings := *scenario.DTLS
		scenario.DTLS = &settings
	}
	if change != nil {
		change(&scenario)
	}
	r, err := s.Converse(context.Background(), lab.Conversation{Scenario: &scenario})
	if err != nil {
		t.Fatal(err)
	}
	return r, s.Judge(r)
}

// MatrixPlan is the plan of rows of the profile protocols.
func MatrixPlan(t testing.TB, rows ...string) *lab.Plan {
	t.Helper()
	p, err := profiles.Load("protocols")
	if err != nil {
		t.Fatal(err)
	}
	p.Scenarios = rows
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func Ending(t *testing.T, s *lab.Prepared, heap uint32) lab.Outcome {
	t.Helper()
	r, err := s.Converse(context.Background(), lab.Conversation{HeapBytes: heap})
	if err != nil {
		t.Fatal(err)
	}
	return s.Judge(r)
}

// ServersPlan is the plan of the profile of servers on one machine.
func ServersPlan(t testing.TB, machine metric.Machine) *lab.Plan {
	t.Helper()
	p, err := profiles.Load("servers")
	if err != nil {
		t.Fatal(err)
	}
	p.Machines = []metric.Machine{machine}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
