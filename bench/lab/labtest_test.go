package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"tlslab/core/build"
	"tlslab/core/library"

	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu/wasm"
	"tlslab/internal/cache/cachetest"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// pinned is the core these tests measure, and their reference server's.
const pinned = "mbedtls-2.28"

// sharedKinds are the parts of the user's cache whose keys name all their
// content comes from: nothing is fetched or compiled twice. What depends on
// this program (images, cases) is made anew in every run of the tests.
var sharedKinds = []string{"download", "src", "object", "callgraph", "unit", "probe", "predefined", "wazero"}

// cacheDir is this run's cache; TestMain makes and removes it.
var cacheDir string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
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

// openLab opens a lab on a kind of engine. A missing tool skips the test, and
// fails it in CI.
func openLab(t testing.TB, kind wasm.Kind) *Lab {
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
	src, err := library.Resolve(ctx, pinned, cache, func(s string) { t.Log(s) })
	missing(err)
	builder, err := build.NewBuilder(ctx, cache, tools)
	fatal(err)
	builder.Revision = t.Name() // nothing another test measured
	machine, err := wasm.NewMachine(ctx, kind, cache)
	fatal(err)
	t.Cleanup(func() { machine.Close(ctx) })
	l := &Lab{Source: src, Builder: builder, Machine: machine}
	fatal(l.Open(ctx, src))
	t.Cleanup(func() { l.Close(ctx) })
	return l
}

// loadPlan is the plan of testdata/lab.toml after change, which may be nil.
func loadPlan(t testing.TB, change func(*profiles.Profile)) *Plan {
	t.Helper()
	p, err := profiles.Load("testdata/lab.toml")
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(p)
	}
	plan, err := NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// filePlan is the plan of a profile in testdata.
func filePlan(t testing.TB, file string) *Plan {
	t.Helper()
	p, err := profiles.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// job finds a job of a plan.
func job(t testing.TB, plan *Plan, config, scenario string) *Job {
	t.Helper()
	for i := range plan.Jobs {
		if j := &plan.Jobs[i]; j.Variant.Name == config && j.Scenario.Name == scenario {
			return j
		}
	}
	t.Fatalf("no job %s, %s", config, scenario)
	return nil
}

// prepare is a job on the wasm machine, loaded, to be run as often as wanted.
func prepare(t testing.TB, l *Lab, plan *Plan, j *Job) *Prepared {
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

// writable fails the test when a case could not be written to a results file.
func writable(t testing.TB, cases ...results.Case) {
	t.Helper()
	if err := (&results.File{Schema: results.Schema, Cases: cases}).Check(); err != nil {
		t.Errorf("this case could not be written: %v", err)
	}
}

const (
	psk   = "psk-aes128-ccm8"
	ecdsa = "ecdhe-ecdsa-p256-aes128-gcm"
	rsa   = "rsa-aes256-cbc-sha256"
	rsa4k = "rsa4096-aes256-cbc-sha256"
)

const (
	dtlsPSK       = "dtls12-psk-aes128-ccm8"
	dtlsECDSA     = "dtls12-ecdhe-ecdsa-p256-aes128-gcm"
	dtlsFragments = "dtls12-fragments"
	dtlsReconnect = "dtls12-reconnect"
	dtlsCID       = "dtls12-cid"
	dtls10        = "dtls10-psk-aes128-cbc-sha"
)

// openNewerLab is the lab of the tests, and one of the pinned 3.6 beside it with
// the same server.
func openNewerLab(t *testing.T) (l, newer *Lab) {
	t.Helper()
	l = openLab(t, wasm.Compiler)
	ctx := context.Background()
	src, err := library.Resolve(ctx, "mbedtls-3.6", l.Builder.Cache, func(s string) { t.Log(s) })
	if errors.Is(err, core.ErrWithdrawn) || err != nil && !testutil.CI() {
		t.Skip(err) // the archive moves on without us
	}
	if err != nil {
		t.Fatal(err)
	}
	newer = &Lab{Source: src, Builder: l.Builder, Machine: l.Machine, FindNewer: func(context.Context) (*core.Source, error) { return src, nil }}
	if err := newer.Open(ctx, l.Source); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { newer.Close(ctx) })
	return l, newer
}

// datagramPlan is the plan of the tests' profile in scenarios of datagrams.
func datagramPlan(t testing.TB, scenarios ...string) *Plan {
	return loadPlan(t, func(p *profiles.Profile) { p.Scenarios = scenarios })
}

// converse runs a job once, its scenario after change, which may be nil.
func converse(t testing.TB, s *Prepared, change func(*profiles.Scenario)) (*Run, Outcome) {
	t.Helper()
	scenario := *s.Job.Scenario
	if scenario.DTLS != nil {
		settings := *scenario.DTLS
		scenario.DTLS = &settings
	}
	if change != nil {
		change(&scenario)
	}
	r, err := s.Converse(context.Background(), Conversation{Scenario: &scenario})
	if err != nil {
		t.Fatal(err)
	}
	return r, s.Judge(r)
}

// matrixPlan is the plan of rows of the profile protocols.
func matrixPlan(t testing.TB, rows ...string) *Plan {
	t.Helper()
	p, err := profiles.Load("protocols")
	if err != nil {
		t.Fatal(err)
	}
	p.Scenarios = rows
	plan, err := NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func ending(t *testing.T, s *Prepared, heap uint32) Outcome {
	t.Helper()
	r, err := s.Converse(context.Background(), Conversation{HeapBytes: heap})
	if err != nil {
		t.Fatal(err)
	}
	return s.Judge(r)
}

// serversPlan is the plan of the profile of servers on one machine.
func serversPlan(t testing.TB, machine string) *Plan {
	t.Helper()
	p, err := profiles.Load("servers")
	if err != nil {
		t.Fatal(err)
	}
	p.Machines = []string{machine}
	plan, err := NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
