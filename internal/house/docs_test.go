package house

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"regexp"
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

// TestEveryRoomHasAReadme: whoever opens a room reads what it is.
func TestEveryRoomHasAReadme(t *testing.T) {
	for room := range order {
		if room == "internal" || room == "core" {
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
