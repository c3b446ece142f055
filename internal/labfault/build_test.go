//go:build labfault

package labfault

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// header finds the head of a function or method: its receiver's type and its name.
var header = regexp.MustCompile(`(?m)^func (?:\(\w+ (\*?\w+)\) )?(\w+)\(`)

// realCall finds what the hook stands in for.
var realCall = regexp.MustCompile(`\breal(\w+)\(`)

// replacedBy lists the heads that the hook replaces, by receiver and name: those
// whose real function it calls, and copies, which it does without.
func replacedBy(hook []byte) map[string]bool {
	called := map[string]bool{"readFrom": true, "writeTo": true}
	for _, m := range realCall.FindAllSubmatch(hook, -1) {
		called[string(m[1])] = true
	}
	heads := map[string]bool{}
	for _, m := range header.FindAllSubmatch(hook, -1) {
		if called[string(m[2])] {
			heads[string(m[1])+"."+string(m[2])] = true
		}
	}
	return heads
}

// buildTool builds the tool with the hook in its package os.
func buildTool(t *testing.T, dir string) string {
	t.Helper()
	hook, err := os.ReadFile("testdata/hook.go.txt")
	fatal(t, err)
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	fatal(t, err)
	osDir := filepath.Join(strings.TrimSpace(string(goroot)), "src", "os")
	overlay := struct{ Replace map[string]string }{map[string]string{filepath.Join(osDir, "labfault.go"): write(t, dir, "labfault.go", hook)}}

	heads := replacedBy(hook)
	// Only those that this system builds; one file has each of them.
	files, err := exec.Command("go", "list", "-f", `{{join .GoFiles " "}}`, "os").Output()
	fatal(t, err)
	for _, file := range strings.Fields(string(files)) {
		path := filepath.Join(osDir, file)
		text, err := os.ReadFile(path)
		fatal(t, err)
		out := text
		for _, m := range header.FindAllSubmatch(text, -1) {
			head, name := string(m[1])+"."+string(m[2]), string(m[2])
			if heads[head] {
				renamed := strings.Replace(string(m[0]), name+"(", "real"+name+"(", 1)
				out = bytes.Replace(out, m[0], []byte(renamed), 1)
				delete(heads, head)
			}
		}
		if !bytes.Equal(out, text) {
			overlay.Replace[path] = write(t, dir, file, out)
		}
	}
	if len(heads) > 0 {
		t.Fatalf("this Go's package os has no %v: the hook has to follow it", heads)
	}
	data, err := json.Marshal(overlay)
	fatal(t, err)
	tool := filepath.Join(dir, "tlslab")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-overlay", write(t, dir, "overlay.json", data), "-o", tool, "tlslab")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return tool
}

func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	fatal(t, os.WriteFile(path, data, 0o644))
	return path
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
