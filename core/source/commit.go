package source

import (
	"cmp"
	"path/filepath"
	"regexp"
	"strings"

	"tlslab/core"
	"tlslab/internal/input"
)

// named names a source that the user brought by what it is:
// "mbedtls-3.5.2-1a2b3c4d5e6f", with the commit where it is a repository's and
// its digest otherwise.
func named(s *core.Source, err error) (*core.Source, error) {
	if err != nil {
		return nil, err
	}
	s.Commit = commitOf(s.Dir)
	state := cmp.Or(s.Commit, s.Digest)
	library := strings.ReplaceAll(strings.ToLower(s.Library.Title()), " ", "")
	s.Core = library + "-" + s.Version + "-" + state[:min(12, len(state))]
	return s, nil
}

var commitPattern = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// commitOf is the commit that a directory has checked out, "" where it is no
// repository's. It reads git's files and runs nothing of the directory's.
func commitOf(dir string) string {
	read := func(path ...string) string {
		data, err := input.Read(filepath.Join(path...), 1<<20)
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(data))
	}
	git := filepath.Join(dir, ".git")
	if at, ok := strings.CutPrefix(read(git), "gitdir: "); ok { // a worktree
		if git = at; !filepath.IsAbs(git) {
			git = filepath.Join(dir, at)
		}
	}
	head := read(git, "HEAD")
	ref, ok := strings.CutPrefix(head, "ref: ")
	if !ok {
		if commitPattern.MatchString(head) {
			return head
		}
		return ""
	}
	if !filepath.IsLocal(ref) {
		return ""
	}
	common := git
	if at := read(git, "commondir"); at != "" {
		common = filepath.Join(git, at)
	}
	if commit := read(common, ref); commitPattern.MatchString(commit) {
		return commit
	}
	for line := range strings.Lines(read(common, "packed-refs")) {
		if commit, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == ref && commitPattern.MatchString(commit) {
			return commit
		}
	}
	return ""
}
