package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// workflow is what TestWorkflows reads of a GitHub workflow.
type workflow struct {
	On          yaml.Node
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Steps       []struct {
			Uses, Run string
			With      map[string]string
		}
	}
}

// triggers are the events a workflow runs on.
func (w *workflow) triggers(t *testing.T) (names []string) {
	switch w.On.Kind {
	case yaml.ScalarNode:
		return []string{w.On.Value}
	case yaml.SequenceNode:
		for _, n := range w.On.Content {
			names = append(names, n.Value)
		}
	case yaml.MappingNode:
		for i := 0; i < len(w.On.Content); i += 2 {
			names = append(names, w.On.Content[i].Value)
		}
	default:
		t.Error("no trigger")
	}
	return names
}

var (
	pinned = regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40}$`)
	// strangers are expressions whose value a stranger chooses: put into a script
	// they are a part of it.
	strangers = regexp.MustCompile(`\$\{\{[^}]*(github\.event\.|github\.head_ref|inputs\.)`)
)

// TestWorkflows: actions are pinned by commit; what runs a request's code may
// only read, what may write runs none of it; and a request is compared with the
// base branch's baseline and accepted changes.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", ".github", "workflows", "*.y*ml"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	gates, comments := 0, 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		w := new(workflow)
		if err := yaml.Unmarshal(text, w); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		bad := func(format string, args ...any) { t.Errorf(filepath.Base(file)+": "+format, args...) }
		if w.Permissions == nil {
			bad("no permissions: the repository's default counts, which may be all")
		}
		writes := false
		for _, job := range w.Jobs {
			for _, granted := range []map[string]string{w.Permissions, job.Permissions} {
				for _, p := range granted {
					writes = writes || p != "read" && p != "none"
				}
			}
		}
		on := w.triggers(t)
		if writes && !slices.Equal(on, []string{"workflow_run"}) {
			bad("may write, and runs on %q", on)
		}
		if slices.Contains(on, "pull_request_target") {
			bad("runs on pull_request_target, with the repository's rights")
		}
		for name, job := range w.Jobs {
			for i, s := range job.Steps {
				script := s.Run + s.With["script"]
				if strangers.MatchString(script) {
					bad("%s, step %d: a stranger's text in a script", name, i+1)
				}
				if s.Uses != "" && !pinned.MatchString(s.Uses) {
					bad("%s, step %d: %s is not pinned by a commit", name, i+1, s.Uses)
				}
				checkout := strings.HasPrefix(s.Uses, "actions/checkout@")
				if checkout && s.With["persist-credentials"] != "false" {
					bad("%s, step %d: leaves a token in the checkout", name, i+1)
				}
				if writes && (checkout || s.Run != "") {
					bad("%s, step %d: may write, and runs what it checked out", name, i+1)
				}
				if strings.Contains(s.Run, " gate ") {
					gates++
					for _, from := range []string{"--baseline $RUNNER_TEMP/base/", "--accept $RUNNER_TEMP/base/"} {
						if !strings.Contains(s.Run, from) {
							bad("%s, step %d: no %s", name, i+1, from)
						}
					}
				}
				if strings.Contains(script, "createComment") {
					comments++
				}
			}
		}
	}
	if gates != 1 || comments != 1 {
		t.Errorf("%d gates, %d comments: the test looks for what is not there", gates, comments)
	}
}
