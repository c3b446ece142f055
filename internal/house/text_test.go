package house

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the top of the tree, as seen from this package.
const root = "../.."

// texts are the endings of files that people write and read here.
var texts = []string{".go", ".c", ".h", ".S", ".ld", ".md", ".toml", ".txt", ".txtar", ".yml", ".yaml", ".py", ".sh", ""}

// walkTexts calls visit with the path and text of every file that a person wrote.
func walkTexts(t *testing.T, visit func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", ".cache", "out"}, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || !slices.Contains(texts, filepath.Ext(path)) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.IndexByte(text, 0) >= 0 {
			return nil // a program or a corpus
		}
		name, err := filepath.Rel(root, path)
		visit(filepath.ToSlash(name), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readFile reads a file by its path within the tree.
func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// tracker matches what points into an issue tracker: a reader of the tree has
// none, so the reason has to stand where the number would.
var tracker = regexp.MustCompile(`(?i)\bissues?\s+#?\d|\b(?:bug|ticket|pull request)\s+#?\d|/(?:issues|pull|merge_requests)/\d|(?:^|[\s(])#\d{3,}\b`)

// cited matches a report in a tree of others that is the source of a figure.
var cited = regexp.MustCompile(`[a-z]+/[a-z0-9-]+,? issue \d+`)

// TestNoTracker holds every text to reasons instead of numbers of a tracker.
func TestNoTracker(t *testing.T) {
	files := 0
	walkTexts(t, func(path string, text []byte) {
		files++
		if path == "internal/house/text_test.go" || strings.Contains(path, "/testdata/") && !strings.HasSuffix(path, ".go") {
			return // this rule; what other programs printed
		}
		for i, line := range strings.Split(string(text), "\n") {
			rest := cited.ReplaceAllString(line, "")
			if assembly.MatchString(rest) {
				continue
			}
			if m := tracker.FindString(rest); m != "" {
				t.Errorf("%s:%d: names a tracker (%s): give the reason instead", path, i+1, strings.TrimSpace(m))
			}
		}
	})
	if files < 100 {
		t.Errorf("%d files were read: the tree has more", files)
	}
}

// assembly matches an immediate operand, which looks like a number of a report.
var assembly = regexp.MustCompile(`\b(?:r\d+|sp|lr|ip|pc)\b.*#|\b[sS][vV][cC] #|(?:lsl|lsr|asr|ror) #`)

func TestTrackerPattern(t *testing.T) {
	for line, bad := range map[string]bool{
		"the goals are those of issue 3":      true,
		"as issues 2, 3 and 5 want":           true,
		"see #123":                            true,
		"https://host.example/a/b/issues/7":   true,
		"https://host.example/a/b/pull/7":     true,
		"until its pull request 21":           true,
		"PKCS #1 v1.5":                        false,
		"PKCS #12":                            false,
		"instructions that issue 2 at once":   true, // reword it
		"when an instruction may issue":       false,
		"mupq/pqm4, issue 408 (NUCLEO)":       false,
		"sub.w sp, sp, #1024":                 false,
		"url(#12ab)":                          false,
		"const goal = 3 // seconds (issue 4)": true,
	} {
		got := !assembly.MatchString(line) && tracker.MatchString(cited.ReplaceAllString(line, ""))
		if got != bad {
			t.Errorf("%q: %v, want %v", line, got, bad)
		}
	}
}

// commentMost is the longest line with a comment, in columns: a person reads it
// beside another file.
const commentMost = 120

// TestCommentsAreNarrow finds Go lines whose comment runs past the page.
func TestCommentsAreNarrow(t *testing.T) {
	walkTexts(t, func(path string, text []byte) {
		if !strings.HasSuffix(path, ".go") {
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			code, _, ok := strings.Cut(line, " // ")
			if ok && strings.Count(code, `"`)%2 == 0 && strings.Count(code, "`")%2 == 0 && len([]rune(strings.ReplaceAll(line, "\t", "    "))) > commentMost {
				t.Errorf("%s:%d: more than %d columns: put the comment above", path, i+1, commentMost)
			}
		}
	})
}
