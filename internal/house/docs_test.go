package house

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readmeLines is what a stranger reads in five minutes.
const readmeLines = 150

func TestReadmeIsShort(t *testing.T) {
	if lines := bytes.Count(readFile(t, "README.md"), []byte("\n")); lines > readmeLines {
		t.Errorf("README.md has %d lines, more than %d: rooms have READMEs of their own", lines, readmeLines)
	}
}

// TestEveryRoomHasAReadme: a person who opens a room reads what it is.
func TestEveryRoomHasAReadme(t *testing.T) {
	for room := range order {
		if room == "internal" {
			continue // its packages have doc comments
		}
		if _, err := os.Stat(filepath.Join(root, room, "README.md")); err != nil {
			t.Error(err)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinksLead follows every relative link of the Markdown files.
func TestLinksLead(t *testing.T) {
	links := 0
	walkTexts(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".md") || strings.Contains(name, "testdata/") {
			return
		}
		for _, m := range link.FindAllSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(string(m[1]), "#")
			if strings.Contains(target, "://") {
				continue
			}
			links++
			to := name
			if target != "" {
				to = path.Join(path.Dir(name), target)
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s: %s leads nowhere", name, m[1])
				continue
			}
			if anchor != "" && !bytes.Contains(anchors(readFile(t, to)), []byte("\n"+anchor+"\n")) {
				t.Errorf("%s: %s has no heading %s", name, to, anchor)
			}
		}
	})
	if links < 20 {
		t.Errorf("%d links were followed: the tree has more", links)
	}
}

var (
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	dropped = regexp.MustCompile("[^a-z0-9 _-]")
)

// anchors are the names under which a renderer shows a file's headings, one a line.
func anchors(text []byte) []byte {
	out := []byte("\n")
	for _, m := range heading.FindAllSubmatch(text, -1) {
		name := dropped.ReplaceAllString(strings.ToLower(string(m[1])), "")
		out = append(out, strings.ReplaceAll(name, " ", "-")+"\n"...)
	}
	return out
}

// named matches the paths of the tree that a text names; one with capitals has
// a name of the reader's own in it.
var named = regexp.MustCompile("`((?:boards|profiles|core|emu|bench|plots|internal|certs)/[a-z0-9_/.-]+)`")

// notOurs are such paths of other trees.
var notOurs = []string{"certs/default"} // the manual's

// TestNamedPathsExist: what a Markdown file names is there.
func TestNamedPathsExist(t *testing.T) {
	found := 0
	walkTexts(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".md") || strings.Contains(name, "testdata/") {
			return
		}
		for _, m := range named.FindAllSubmatch(text, -1) {
			found++
			if _, err := os.Stat(filepath.Join(root, string(m[1]))); err != nil && !slices.Contains(notOurs, string(m[1])) {
				t.Errorf("%s: %s is not there", name, m[1])
			}
		}
	})
	if found < 30 {
		t.Errorf("%d paths were looked for: the texts name more", found)
	}
}

var runs = regexp.MustCompile(`go test \./(\S+) .*?-run '?(Test\w+)`)

// TestNamedTestsExist: the Makefile and .ci/run run tests that there are.
func TestNamedTestsExist(t *testing.T) {
	for _, file := range []string{"Makefile", ".ci/run"} {
		for _, m := range runs.FindAllSubmatch(readFile(t, file), -1) {
			files, err := filepath.Glob(filepath.Join(root, string(m[1]), "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(files, func(path string) bool {
				text, err := os.ReadFile(path)
				return err == nil && bytes.Contains(text, append([]byte("func "), m[2]...))
			}) {
				t.Errorf("%s runs %s of %s, which is not there", file, m[2], m[1])
			}
		}
	}
}

// TestReadmesNameTheirRooms: a room's README names every package directly below.
func TestReadmesNameTheirRooms(t *testing.T) {
	for _, room := range []string{"bench", "bench/study", "emu"} {
		text := string(readFile(t, room+"/README.md"))
		files, err := filepath.Glob(filepath.Join(root, room, "*", "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(err, len(files))
		}
		for _, file := range files {
			if name := filepath.Base(filepath.Dir(file)) + "/"; !strings.Contains(text, "`"+name+"`") && !strings.Contains(text, "["+name+"]") {
				t.Errorf("%s/README.md does not name %s", room, name)
				break
			}
		}
	}
}
