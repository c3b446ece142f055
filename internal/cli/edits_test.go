package cli

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/emu/qemu"
)

var (
	editCount = flag.Int("edits", 0, "edits that TestEdits makes, each measured with a warm and with an empty cache; 0: none")
	editCold  = flag.Int("edit-cold", 1, "after how many edits TestEdits measures with an empty cache as well")
	editSeed  = flag.Uint64("edit-seed", 1, "which edits TestEdits makes")
	editTree  = flag.String("edit-tree", "../../core/testdata/stub", "library that TestEdits edits")
	editLab   = flag.String("edit-profile", "testdata/edits", "directory of profile.toml and what it names, which TestEdits edits")
	editCPU   = flag.String("edit-machine", "all", "machine that TestEdits measures on")
)

// TestEdits edits what a result is made from, one random place at a time, and
// measures again: with the cache of all edits before, and with an empty one. Both
// write the same bytes, or end with the same words. Places are found, not listed:
// any number, switch or text of any file of the library, the profile, its board,
// scenario, matrix and headers, links and comments.
//
//	go test ./internal/cli -run TestEdits -edits 2000 -edit-cold 10 -timeout 0
//	go test ./internal/cli -run TestEdits -edits 20 -edit-tree DIR -edit-profile testdata/edits-mbedtls -timeout 0
//
// The second is for DIR with Mbed TLS 2.28: its profile has roots of its own, PEM, of
// which a letter is changed, or one file takes another's place. Another library and
// profile need a profile.toml as these have it.
func TestEdits(t *testing.T) {
	if *editCount == 0 {
		t.Skip("a campaign: -edits says how long")
	}
	needSource(t)
	need(t, qemu.Tools...)
	e := newEditor(t)
	for n := range *editCount {
		what := e.edit()
		warm := e.measure(e.warm)
		// A state that comes again has the same result again.
		state := e.state()
		if before, ok := e.states[state]; ok && !warm.same(before) {
			t.Errorf("edit %d of seed %d, %s: another result than when all was like this before", n, *editSeed, what)
		}
		e.states[state] = warm
		if (n+1)%*editCold != 0 {
			e.outcomes[warm.status]++
			t.Logf("edit %d: %s: exit status %d, warm after %v", n, what, warm.status, warm.took)
			continue
		}
		empty := filepath.Join(e.dir, "empty")
		e.clone(e.base, empty)
		cold := e.measure(empty)
		if err := os.RemoveAll(empty); err != nil {
			t.Fatal(err)
		}
		e.outcomes[cold.status]++
		t.Logf("edit %d: %s: exit status %d, warm after %v, cold after %v", n, what, cold.status, warm.took, cold.took)
		if warm.same(cold) {
			continue
		}
		t.Errorf("edit %d of seed %d, %s: with a warm cache another result\nwarm: exit status %d, %s\n%s\ncold: exit status %d, %s\n%s", n, *editSeed, what,
			warm.status, warm.words, differing(warm.results, cold.results), cold.status, cold.words, differing(cold.results, warm.results))
	}
	t.Logf("%d edits; exit statuses %v", *editCount, e.outcomes)
	// Edits that all break the input would show nothing.
	if e.outcomes[exitFine] < *editCount/5 || e.outcomes[exitFine] == 0 {
		t.Errorf("only %d of %d edits left something to measure", e.outcomes[exitFine], *editCount)
	}
}

// differing are the first lines that other does not have in their place.
func differing(text, other []byte) string {
	var out []string
	others := bytes.Split(other, []byte("\n"))
	for i, line := range bytes.Split(text, []byte("\n")) {
		if (i >= len(others) || !bytes.Equal(line, others[i])) && len(out) < 5 {
			out = append(out, string(line))
		}
	}
	return strings.Join(out, "\n")
}

// editor edits a library and a profile.
type editor struct {
	t          *testing.T
	random     *rand.Rand
	dir        string
	tree, lab  string            // what is edited
	warm, base string            // caches; base has the reference server alone
	original   map[string][]byte // files by their paths
	files      [][]string        // the same paths, those of the profile and of the library, sorted
	edited     []string
	states     map[string]measured
	outcomes   map[int]int
}

func newEditor(t *testing.T) *editor {
	dir := t.TempDir()
	e := &editor{t: t, random: rand.New(rand.NewPCG(*editSeed, 0)), dir: dir, tree: filepath.Join(dir, "tree"), lab: filepath.Join(dir, "lab"),
		warm: filepath.Join(dir, "warm"), base: filepath.Join(dir, "base"), original: map[string][]byte{}, files: make([][]string, 2), outcomes: map[int]int{}, states: map[string]measured{}}
	for _, sub := range []string{"include", "library"} {
		e.check(os.CopyFS(filepath.Join(e.tree, sub), os.DirFS(filepath.Join(*editTree, sub))))
	}
	e.check(os.CopyFS(e.lab, os.DirFS(*editLab)))
	for i, root := range []string{e.lab, e.tree} {
		e.check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			e.original[path], err = os.ReadFile(path)
			e.files[i] = append(e.files[i], path)
			return err
		}))
	}
	// The reference server and the plugin are made from nothing that is edited.
	s := &settings{stdout: new(bytes.Buffer), stderr: new(bytes.Buffer), cacheDir: e.base}
	ours, err := (&settings{}).cache()
	e.check(err)
	e.check(os.MkdirAll(e.base, 0o755))
	for _, kind := range []string{"download", "src", "tree", "wazero", "unit", "object", "callgraph"} {
		if from := filepath.Join(ours.Dir, kind); exists(from) {
			e.clone(from, filepath.Join(e.base, kind))
		}
	}
	board, err := boards.Load("stm32f407")
	e.check(err)
	l, err := s.openLab(t.Context(), peerCore)
	e.check(err)
	_, err = l.OpenForBoard(t.Context(), "qemu", board)
	l.close()
	e.check(err)
	// What was compiled before is no empty cache's.
	for _, kind := range []string{"unit", "wide", "object", "callgraph", "probe"} {
		e.check(os.RemoveAll(filepath.Join(e.base, kind)))
	}
	e.clone(e.base, e.warm)
	return e
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// clone copies a cache, or a kind of one, by links where it can: entries are
// never written again.
func (e *editor) clone(from, to string) {
	if exec.Command("cp", "-al", from, to).Run() == nil {
		return
	}
	e.check(os.RemoveAll(to))
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		e.t.Fatalf("%v: %s", err, out)
	}
}

func (e *editor) check(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

// measured is what the command wrote and said.
type measured struct {
	status  int
	results []byte
	words   string
	took    time.Duration
}

func (m measured) same(other measured) bool {
	return m.status == other.status && bytes.Equal(m.results, other.results) && m.words == other.words
}

// state is a digest of all that is there, what links left behind too.
func (e *editor) state() string {
	var all []byte
	for _, root := range []string{e.lab, e.tree} {
		e.check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			all = fmt.Appendf(all, "%s %v %d\n%s", path, d.Type(), len(data), data)
			return err
		}))
	}
	return core.SHA256(all)
}

func (e *editor) measure(cache string) measured {
	out := filepath.Join(e.dir, "out")
	e.check(os.RemoveAll(out))
	start := time.Now()
	status, _, stderr := run("bench", filepath.Join(e.lab, "profile.toml"), "--core", "dir:"+e.tree, "--machine", *editCPU, "--no-plots", "--jobs", "1", "--out", out, "--cache", cache)
	m := measured{status: status, took: time.Since(start).Round(time.Millisecond)}
	for line := range strings.Lines(stderr) {
		if strings.Contains(line, "damaged") {
			e.t.Errorf("nothing damages the cache, yet: %s", line)
		}
		if strings.HasPrefix(line, "tlslab: ") && status != exitFine {
			m.words = strings.ReplaceAll(line, cache, "CACHE")
		}
	}
	files, err := filepath.Glob(filepath.Join(out, "*", "results.json"))
	e.check(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		e.check(err)
		m.results = append(m.results, data...)
	}
	return m
}

// editedMost is how many files are edited at one time: with more nothing would
// be left that builds.
const editedMost = 4

// edit changes one place and says which. Every other edit takes one back, so that
// earlier states come again.
func (e *editor) edit() string {
	if n := len(e.edited); n > 0 && (n >= editedMost || e.random.IntN(2) == 0) {
		i := e.random.IntN(n)
		path := e.edited[i]
		e.edited = slices.Delete(e.edited, i, i+1)
		e.put(path, e.original[path])
		return path + " as it was"
	}
	for {
		group := e.files[e.random.IntN(2)]
		path := group[e.random.IntN(len(group))]
		if slices.Contains(e.edited, path) {
			continue
		}
		what := e.change(path)
		if what == "" {
			continue
		}
		e.edited = append(e.edited, path)
		return path + ": " + what
	}
}

// put makes path a regular file, whatever it was.
func (e *editor) put(path string, data []byte) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		e.t.Fatal(err)
	}
	e.check(os.WriteFile(path, data, 0o644))
}

// place is what can be changed in a line: a number that no name holds, a switch,
// or a word in quotes.
var place = regexp.MustCompile(`\b\d[\d_]*\b|\btrue\b|\bfalse\b|-O[0-9s]|"[^"\n]+"`)

// change edits a file in one of its ways; "" where it has nothing of that kind.
func (e *editor) change(path string) string {
	text := e.original[path]
	switch e.random.IntN(8) {
	case 0: // nothing but a comment
		mark := "/* %d */\n"
		if strings.HasSuffix(path, ".toml") {
			mark = "# %d\n"
		}
		e.put(path, fmt.Appendf(slices.Clone(text), mark, e.random.IntN(3)))
		return "a comment more"
	case 1: // a link to a file of another content
		if strings.HasSuffix(path, ".toml") {
			return ""
		}
		to := path + ".real"
		e.put(to, fmt.Appendf(slices.Clone(text), "/* linked %d */\n", e.random.IntN(3)))
		e.check(errors.Join(os.Remove(path), os.Symlink(filepath.Base(to), path)))
		return "a link"
	}
	find := place
	if isPEM(path) {
		if e.random.IntN(2) == 0 {
			return e.swap(path)
		}
		find = letter
	}
	all := find.FindAllIndex(text, -1)
	if len(all) == 0 {
		return ""
	}
	at := all[e.random.IntN(len(all))]
	was := string(text[at[0]:at[1]])
	now := e.other(was)
	e.put(path, slices.Concat(text[:at[0]], []byte(now), text[at[1]:]))
	return fmt.Sprintf("byte %d: %s in place of %s", at[0], now, was)
}

// letter is one of PEM's. Another one makes another certificate, or none.
var letter = regexp.MustCompile(`[A-Za-z0-9+/]`)

func isPEM(path string) bool { return strings.HasSuffix(path, ".pem") }

// swap puts another file of the same kind in a file's place.
func (e *editor) swap(path string) string {
	var others []string
	for _, p := range e.files[0] {
		if isPEM(p) && p != path {
			others = append(others, p)
		}
	}
	if len(others) == 0 {
		return ""
	}
	from := others[e.random.IntN(len(others))]
	e.put(path, e.original[from])
	return "what is in " + filepath.Base(from)
}

// other is another value of the same form.
func (e *editor) other(was string) string {
	switch {
	case was == "true":
		return "false"
	case was == "false":
		return "true"
	case strings.HasPrefix(was, "-O"):
		return []string{"-O0", "-O1", "-Os", "-O3"}[e.random.IntN(4)]
	case was[0] == '"':
		return `"x` + was[1:]
	}
	digits := []byte(was)
	i := e.random.IntN(len(digits))
	if digits[i] == '_' {
		i++
	}
	if i < len(digits) {
		digits[i] = '1' + (digits[i]-'0')%9
	}
	return string(digits)
}
