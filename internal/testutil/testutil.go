// Package testutil is what the tests of every package share: which programs
// they need, which of them wait for the nightly run, and how goldens are
// compared and rewritten. It knows nothing of TLS.
//
// A package whose tests import it takes the flag -update:
//
//	go test ./plots -update
package testutil

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite golden and generated files")

// Update says whether golden and generated files are to be rewritten.
func Update() bool { return *update }

// Patience bounds every wait of a test for something that does happen. A busy
// machine takes many times as long as an idle one, and a hang is found anyway.
const Patience = 3 * time.Minute

// CI says whether nothing may be missing: a skipped test would pass there for
// one that passed.
func CI() bool { return os.Getenv("CI") == "true" }

// Need skips the test where one of the programs is missing, and fails it in CI.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range programs {
		Path(t, program)
	}
}

// Path is where a program is that the test needs.
func Path(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		Missing(t, program+" is missing; tlslab doctor --install gets it")
	}
	return path
}

// Missing ends a test that lacks something other than a program, such as a
// source that could not be fetched: it skips it, and fails it in CI.
func Missing(t testing.TB, what any) {
	t.Helper()
	if CI() {
		t.Fatal(what)
	} else {
		t.Skip(what)
	}
}

// Nightly leaves a test to `make test-all`. Every area keeps quick tests of its
// own in `make test`, which runs go test -short.
func Nightly(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("left to the nightly run: make test-all")
	}
}

// Few is a sample of cases for `make test`: the first, the middle and the last.
// The nightly run has them all.
func Few[T any](cases []T) []T { return few(cases, testing.Short()) }

func few[T any](cases []T, short bool) []T {
	if !short || len(cases) <= 3 {
		return cases
	}
	return []T{cases[0], cases[len(cases)/2], cases[len(cases)-1]}
}

// Golden compares got with a file, which -update rewrites.
func Golden(t testing.TB, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if bytes.Equal(got, want) {
		return
	}
	gotLines, wantLines := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i, line := range gotLines {
		if i >= len(wantLines) || !bytes.Equal(line, wantLines[i]) {
			t.Errorf("%s:%d differs; go test -update rewrites it. The line is now:\n%s", path, i+1, line)
			return
		}
	}
	t.Errorf("%s has %d lines more; go test -update rewrites it", path, len(wantLines)-len(gotLines))
}
