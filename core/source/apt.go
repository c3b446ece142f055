package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"tlslab/core"
	"tlslab/internal/cache"
)

// aptTimeout bounds one apt-get run: a package list and a 4 MB tarball.
const aptTimeout = 5 * time.Minute

// download gets the pin's tarball with apt-get: no root, no change to the
// system's configuration, private lists and state.
func download(ctx context.Context, p *core.Pin, say func(string)) ([]byte, error) {
	manual := fmt.Sprintf("get %s (SHA-256 %s) and name it with --core tar:PATH", p.File, p.SHA256)
	if _, err := exec.LookPath("apt-get"); err != nil {
		return nil, fmt.Errorf("core %s: no apt-get on this machine; %s", p.Core, manual)
	}
	lists, err := sourceLists("/etc/apt", p.Suite)
	if err != nil {
		return nil, fmt.Errorf("core %s: %w; %s", p.Core, err, manual)
	}
	tmp, remove, err := cache.Scratch("apt")
	if err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	defer remove()
	say(fmt.Sprintf("fetching the source of %s %s from Debian (private apt state, nothing is installed)", p.Package, p.Version))
	for _, d := range []string{"lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(tmp, d), 0o755); err != nil {
			return nil, fmt.Errorf("core: %w", err)
		}
	}
	if err := os.WriteFile(filepath.Join(tmp, "src.sources"), lists, 0o644); err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, aptTimeout)
	defer cancel()
	for _, args := range [][]string{{"update"}, {"source", "--download-only", p.Package + "=" + p.Version}} {
		cmd := exec.CommandContext(ctx, "apt-get", aptArgs(tmp, args)...)
		cmd.Dir = tmp
		if out, err := cmd.CombinedOutput(); err != nil {
			if bytes.Contains(out, []byte("Can not find version")) {
				err = core.ErrWithdrawn
			}
			return nil, &core.ToolError{Tool: "apt-get " + args[0], Err: fmt.Errorf("%w: %s; %s", err, core.LastLine(out), manual), Output: string(out)}
		}
	}
	data, err := os.ReadFile(filepath.Join(tmp, p.File))
	if err != nil {
		return nil, fmt.Errorf("core %s: apt-get brought no %s", p.Core, p.File)
	}
	return data, nil
}

// aptArgs makes apt-get use dir for everything it reads and writes.
func aptArgs(dir string, args []string) []string {
	opts := []string{
		"-q",
		"-o", "Dir::Etc::sourcelist=" + filepath.Join(dir, "src.sources"),
		"-o", "Dir::Etc::sourceparts=-",
		"-o", "Dir::State=" + dir,
		"-o", "Dir::State::lists=" + filepath.Join(dir, "lists"),
		"-o", "Dir::State::status=/dev/null",
		"-o", "Dir::Cache=" + filepath.Join(dir, "cache"),
		"-o", "Acquire::Languages=none",
		"-o", "APT::Sandbox::User=", // lists are ours; there is no user to drop to
	}
	return append(opts, args...)
}

// One-line entry: deb [options] URI suite components.
var oneLine = regexp.MustCompile(`^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+\S+\s+(.*)$`)

// debianMirror: a mirror of Debian itself ends so (not debian-security), and
// Debian's cloud images name theirs in a file.
var debianMirror = regexp.MustCompile(`/debian/?$|^mirror\+file:.*/debian\.list$`)

// sourceLists derives deb-src entries for suite from the system's own apt
// configuration below etc: its Debian mirrors and the keys that sign them.
func sourceLists(etc, suite string) ([]byte, error) {
	var out bytes.Buffer
	seen := map[string]bool{}
	// Other vendors' repositories end in /debian too: they have a key of their
	// own, or no component main.
	entry := func(uri, components, signedBy string) {
		if !debianMirror.MatchString(uri) || seen[uri] || !slices.Contains(strings.Fields(components), "main") ||
			signedBy != "" && (strings.Contains(signedBy, "\n") || !strings.HasPrefix(filepath.Base(signedBy), "debian-archive")) {
			return
		}
		seen[uri] = true
		fmt.Fprintf(&out, "Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\n", uri, suite)
		if signedBy != "" {
			fmt.Fprintf(&out, "Signed-By: %s\n", signedBy)
		}
		out.WriteByte('\n')
	}
	files, _ := filepath.Glob(filepath.Join(etc, "sources.list.d", "*.list"))
	for _, f := range append(files, filepath.Join(etc, "sources.list")) {
		data, _ := os.ReadFile(f)
		for _, line := range strings.Split(string(data), "\n") {
			if m := oneLine.FindStringSubmatch(line); m != nil {
				key := ""
				for _, o := range strings.Fields(m[1]) {
					if v, ok := strings.CutPrefix(o, "signed-by="); ok {
						key = v
					}
				}
				entry(m[2], m[3], key)
			}
		}
	}
	files, _ = filepath.Glob(filepath.Join(etc, "sources.list.d", "*.sources"))
	for _, f := range files {
		data, _ := os.ReadFile(f)
		for _, stanza := range strings.Split(string(data), "\n\n") {
			fields := map[string]string{}
			last := ""
			for _, line := range strings.Split(stanza, "\n") {
				if strings.HasPrefix(line, "#") {
					continue
				}
				if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
					fields[last] += "\n" + strings.TrimSpace(line)
				} else if k, v, ok := strings.Cut(line, ":"); ok {
					last = strings.ToLower(k)
					fields[last] = strings.TrimSpace(v)
				}
			}
			if strings.EqualFold(fields["enabled"], "no") {
				continue
			}
			for _, uri := range strings.Fields(fields["uris"]) {
				entry(uri, fields["components"], fields["signed-by"])
			}
		}
	}
	if out.Len() == 0 {
		return nil, errors.New("no Debian mirror in the system's apt sources")
	}
	return out.Bytes(), nil
}
