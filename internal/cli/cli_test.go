package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tlslab/core/build"
	"tlslab/core/library"
	"tlslab/internal/cache/cachetest"
	"tlslab/internal/testutil"
)

// TestMain makes this test program the command tlslab where a script calls
// it, and gives every test a cache of its own: sources and objects are the
// user's, so that nothing is fetched or compiled twice, but every number is
// measured anew.
func TestMain(m *testing.M) {
	testscript.Main(runner{m}, map[string]func(){
		"tlslab": func() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

type runner struct{ m *testing.M }

func (r runner) Run() int {
	dir, err := os.MkdirTemp("", "tlslab-test-*")
	if err == nil {
		defer os.RemoveAll(dir)
		if err = cachetest.Share(filepath.Join(dir, "tlslab"), sharedKinds...); err == nil {
			err = os.Setenv("XDG_CACHE_HOME", dir)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return r.m.Run()
}

// sharedKinds are the parts of the cache whose keys name all their content
// comes from; images and cases belong to one build of this program.
var sharedKinds = []string{"download", "src", "object", "callgraph", "unit", "probe", "predefined", "wazero", "tree", "file", "wide"}

// need skips a test that lacks a tool, and fails it in CI.
func need(t testing.TB, tools ...build.Tool) {
	t.Helper()
	for _, tool := range tools {
		testutil.Need(t, tool.Name)
	}
}

// needSource is need for the pinned source: without it, it is fetched.
func needSource(t testing.TB) {
	t.Helper()
	need(t, build.BuildTools...)
	cache, err := (&settings{}).cache()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := library.Resolve(context.Background(), peerCore, cache, func(s string) { t.Log(s) }); err != nil {
		testutil.Missing(t, err)
	}
}

// run runs the command in this process.
func run(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = Main(args, &out, &errs)
	return status, out.String(), errs.String()
}

// What a stranger wrote does nothing to the terminal that an error is printed on.
func TestErrorsArePrintable(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../bench/baseline/boards.baseline")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "x.baseline")
	bad := regexp.MustCompile(`(?m)^ config "`).ReplaceAll(data, []byte(` config "\u001b[31m\u202e`))
	if err := os.WriteFile(name, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"compare", name, name}, {"compare", "a\x1b[31m", name}} {
		status, _, errs := run(args...)
		if status != 2 || errs == "" || strings.ContainsAny(errs, "\x1b\u202e") {
			t.Errorf("%q: status %d, %q", args, status, errs)
		}
	}
}
