package input

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(os.WriteFile(at("text"), []byte("text"), 0o600), os.Symlink("text", at("link")), syscall.Mkfifo(at("fifo"), 0o600),
		os.WriteFile(at("huge"), nil, 0o600), os.Truncate(at("huge"), 1<<40)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"text", "link"} {
		if data, err := Read(at(name), 4); err != nil || string(data) != "text" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	for path, want := range map[string]string{
		at("fifo"): "is a FIFO, not a regular file", at("."): "is a directory, not a regular file", "/dev/zero": "is a device, not a regular file",
		at("huge"): "has 1099511627776 bytes; at most 3 are read", at("text"): "has 4 bytes; at most 3 are read",
		"/proc/self/maps": "has more than the 3 bytes that are read", // it says that its size is 0
	} {
		if _, err := Read(path, 3); err == nil || err.Error() != "read "+filepath.Clean(path)+": "+want && err.Error() != "read "+path+": "+want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := Read(at("none"), 3); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// elsewhere are the files that open files in another way, and why they may.
var elsewhere = map[string]string{
	"internal/cli/cli.go":     "this very program's file",
	"bench/results/write.go":  "a directory, which is synced",
	"core/source/apt.go":      "files that apt has just written, in a directory of the lab's own",
	"core/build/reads.go":     "what a compiler wrote, in a directory of the lab's own, where it can make no other file than regular ones",
	"emu/wasm/native.go":      "what wazero wrote, in a directory of the lab's own",
	"core/build/origin.go":    "objects of the cache",
	"core/build/callgraph.go": "what a compiler wrote; only regular files are taken from it",
	"emu/qemu/process.go":     "FIFOs of the lab's own",
	"emu/serial/port.go":      "a serial port, which is a device",
	"internal/cache/":         "the cache's own files",
	"internal/confine/":       "/proc, which the kernel writes",
	"internal/input/":         "itself",
	"internal/testutil/":      "goldens of the tree",
}

var opens = regexp.MustCompile(`\b(os\.(ReadFile|Open|OpenFile)|ioutil\.\w+|syscall\.Open|unix\.Open)\(`)

// TestNothingElseReads: every file that a person can name is read by Read.
func TestNothingElseReads(t *testing.T) {
	used := map[string]bool{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		name, _ := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".") && name != "."):
			return fs.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found := opens.FindString(string(text))
		if found == "" {
			return nil
		}
		for place := range elsewhere {
			if name == place || strings.HasSuffix(place, "/") && strings.HasPrefix(name, place) {
				used[place] = true
				return nil
			}
		}
		t.Errorf("%s has %s: a file that a person names is read by input.Read; else say here why not", name, strings.TrimSuffix(found, "("))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for place := range elsewhere {
		if !used[place] {
			t.Errorf("%s opens nothing any more", place)
		}
	}
}
