package source

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestCommitOf: a commit is found wherever git keeps it, and nothing else is
// taken for one.
func TestCommitOf(t *testing.T) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"none", nil, ""},
		{"detached", map[string]string{".git/HEAD": commit + "\n"}, commit},
		{"branch", map[string]string{".git/HEAD": "ref: refs/heads/x\n", ".git/refs/heads/x": commit + "\n"}, commit},
		{"packed", map[string]string{".git/HEAD": "ref: refs/heads/x\n", ".git/packed-refs": "# pack-refs\n" + strings.Repeat("f", 40) + " refs/heads/y\n" + commit + " refs/heads/x\n"}, commit},
		{"worktree", map[string]string{".git": "gitdir: main/.git/worktrees/w\n", "main/.git/worktrees/w/HEAD": "ref: refs/heads/x\n",
			"main/.git/worktrees/w/commondir": "../..\n", "main/.git/refs/heads/x": commit + "\n"}, commit},
		{"no commit", map[string]string{".git/HEAD": "ref: refs/heads/x\n", ".git/refs/heads/x": "secret\n"}, ""},
		{"outside", map[string]string{".git/HEAD": "ref: ../../x\n", "x": commit}, ""},
	} {
		dir := filepath.Join(t.TempDir(), "a", "b")
		write(t, filepath.Join(dir, "file"), "")
		for name, text := range tt.files {
			write(t, filepath.Join(dir, name), text)
		}
		if got := commitOf(dir); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
