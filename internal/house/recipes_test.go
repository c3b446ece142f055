package house

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A scratch is a copy of the tree in which a recipe of CONTRIBUTING.md is
// followed. It notes the files that the recipe touched.
type scratch struct {
	t       *testing.T
	dir     string
	touched []string
}

func newScratch(t *testing.T) *scratch {
	t.Helper()
	s := &scratch{t: t, dir: t.TempDir()}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", ".cache", "out"}, name) {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(s.dir, name), 0o755)
		}
		if !d.Type().IsRegular() || name == "tlslab" {
			return nil
		}
		// A linked file costs nothing; edit replaces it and leaves the tree's alone.
		if err := os.Link(path, filepath.Join(s.dir, name)); err == nil {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(s.dir, name), text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// write makes or replaces a file.
func (s *scratch) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
	s.touched = append(s.touched, name)
}

// edit replaces what a pattern matches first, which it must.
func (s *scratch) edit(name, pattern, by string) {
	s.t.Helper()
	text := string(readFile(s.t, name))
	at := regexp.MustCompile(pattern).FindStringIndex(text)
	if at == nil {
		s.t.Fatalf("%s has nothing like %s: the recipe is out of date", name, pattern)
	}
	s.write(name, text[:at[0]]+by+text[at[1]:])
}

// test runs tests in the copy and returns what they print and whether they pass.
func (s *scratch) test(args ...string) (string, bool) {
	s.t.Helper()
	cmd := exec.Command("go", append([]string{"test", "-trimpath", "-short"}, args...)...)
	cmd.Dir = s.dir
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// wants runs tests that must fail for want of something, then those that must
// pass once it is there.
func (s *scratch) wants(what string, args ...string) {
	s.t.Helper()
	if out, ok := s.test(args...); ok || !strings.Contains(out, what) {
		s.t.Errorf("without it the tests pass, or do not say %q:\n%s", what, out)
	}
}

func (s *scratch) passes(args ...string) {
	s.t.Helper()
	if out, ok := s.test(args...); !ok {
		s.t.Errorf("go test %s:\n%s", strings.Join(args, " "), out)
	}
}

// most is how many files a recipe may touch.
func (s *scratch) most(n int) {
	s.t.Helper()
	s.t.Logf("%d files: %s", len(s.touched), strings.Join(s.touched, ", "))
	if len(s.touched) > n {
		s.t.Errorf("the recipe touches %d files, more than %d", len(s.touched), n)
	}
}

// TestBoardRecipe adds a board as CONTRIBUTING.md says.
func TestBoardRecipe(t *testing.T) {
	s := newScratch(t)
	text := string(readFile(t, "boards/k64f.toml"))
	s.write("boards/scratchboard.toml", strings.Replace(text, `"k64f"`, `"scratchboard"`, 1))
	s.wants("does not measure scratchboard", "./internal/house", "-run", "TestBoardsAreListed")
	s.edit("profiles/boards.toml", `"k64f",`, `"k64f", "scratchboard",`)
	s.edit("boards/README.md", `k64f,`, `k64f, scratchboard,`)
	s.passes("./internal/house", "-run", "TestBoardsAreListed")
	s.passes("./boards/...", "./profiles")
	s.most(3)
}

// TestMetricRecipe adds a metric as CONTRIBUTING.md says. What counts it is left
// out: gate, tables and figures take a metric that no result has.
func TestMetricRecipe(t *testing.T) {
	s := newScratch(t)
	s.edit("internal/metric/table.go", `(?m)^\tAllocs = add`,
		"\tScratches = add(Metric{Name: \"scratches\", Unit: Count, Family: Allocation, Views: InRun, Means: \"a test of the recipe\"})\n\tAllocs = add")
	s.wants("does not explain scratches", "./internal/house", "-run", "TestMetricsAreExplained")
	s.edit("bench/README.md", "(?m)^\\| `shadow-stack-peak-B`", "| `scratches` | a test of the recipe |\n| `shadow-stack-peak-B`")
	s.passes("./internal/house", "-run", "TestMetricsAreExplained")
	s.passes("./internal/metric", "./bench/results", "./bench/gate", "./bench/compare")
	s.most(2)
}

// TestFeatureRecipe adds a feature of both ends as CONTRIBUTING.md says. Its code is copied
// from another feature: the test is about which files change.
func TestFeatureRecipe(t *testing.T) {
	s := newScratch(t)
	s.edit("profiles/feature.go", `(?m)^\t// The first byte of the request`,
		"\tScratch int `toml:\"scratch\" in:\"extension\" allowed:\"7 8\" macro:\"TLSLAB_SCRATCH\" agreed:\"16\"`\n\t// The first byte of the request")
	s.wants("nothing in core/port looks at TLSLAB_SCRATCH", "./profiles", "-run", "TestMacrosAreLookedAt")
	s.wants("nothing in core/port knows the bit 16", "./profiles", "-run", "TestAgreedBits")
	s.wants("scratch: asked for by a row of a matrix: false", "./profiles", "-run", "TestFeaturesAreMeasured")
	s.edit("core/port/mbedtls/client_extensions.c", `(?m)^    \(void\) conf;`,
		"#if defined(TLSLAB_SCRATCH)\n    ret = TLSLAB_SCRATCH == 7 ? ret : MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;\n#endif\n    (void) conf;")
	s.edit("core/port/mbedtls/server_extensions.c", `AGREED_SPLITTING = 8 \}`, "AGREED_SPLITTING = 8, AGREED_SCRATCH = 16 }")
	s.edit("core/library/mbedtls/dialect/needs.go", `(?m)^\t\t"truncated_hmac":.*\n`,
		"\t\t\"truncated_hmac\":         {\"SSL_TRUNCATED_HMAC\"},\n\t\t\"scratch\":                {\"SSL_ALPN\"},\n")
	s.edit("profiles/matrix/mbedtls-2.28.toml", `(?m)^encrypt_then_mac = true\ntag              = "etm"`, "scratch = 7\ntag = \"scratch\"")
	s.edit("profiles/README.md", `truncated_hmac,`, `truncated_hmac, scratch,`)
	s.passes("./profiles", "./core/library/...", "./bench/scenario")
	s.passes("./core/build", "-run", "TestPortWarnings")
	s.most(6)
}
