// Package confine starts other programs: compilers, linkers and emulators. A
// program that reads what strangers wrote sees only what it needs, writes only
// where its output goes, has no network, and ends with the lab.
//
// Its callers say who needs what (Reach). The lab's own process is not
// confined.
package confine

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Reach is all that a program may touch.
type Reach struct {
	Run    []string // files and directories of programs and their libraries: read and executed
	Read   []string // files and directories that are read
	Write  []string // directories in which files are made, and single files or FIFOs that are written
	Limits Limits
}

// Limits bound what a program uses; 0 is no bound.
type Limits struct {
	FileBytes uint64        // largest file it writes
	DataBytes uint64        // private memory (RLIMIT_DATA: reserved addresses are free)
	CPU       time.Duration // processor time of each of its processes; rounded up to seconds
	Processes uint64        // of this user; root is not bound by it
}

// Kind is a way to confine a program.
type Kind string

const (
	Landlock   Kind = "landlock"   // the kernel's own, for this process's children alone
	Bubblewrap Kind = "bubblewrap" // namespaces, set up by the program bwrap
	None       Kind = "none"
)

// Variable names the environment variable that chooses a Kind. One that does
// not work here is None.
const Variable = "TLSLAB_CONFINEMENT"

// InForce is the confinement that programs started with a Reach get here: the
// first one that was tried and held.
var InForce = sync.OnceValue(func() Kind {
	works := map[Kind]func() bool{Landlock: landlockHolds, Bubblewrap: bubblewrapHolds}
	for _, k := range []Kind{Landlock, Bubblewrap} {
		if asked := os.Getenv(Variable); (asked == "" || asked == string(k)) && works[k]() {
			return k
		}
	}
	return None
})

// Describe says what a Kind is, for people.
func (k Kind) Describe() string {
	switch k {
	case Landlock:
		return fmt.Sprintf("holds compilers and linkers; version %d of the kernel's interface", landlockABI())
	case Bubblewrap:
		return "holds compilers and linkers in namespaces"
	}
	if asked := os.Getenv(Variable); asked != "" {
		return fmt.Sprintf("%s=%s: what it names was not tried or does not work here", Variable, asked)
	}
	return "this kernel has no Landlock, and bwrap (Debian package bubblewrap) is missing or may not be used"
}

// ReachError says that a program wanted a file outside its reach.
type ReachError struct{ Program, Path string }

func (e *ReachError) Error() string {
	return fmt.Sprintf("%s: wants %s, which is outside what it may read: the source, its headers and the toolchain", e.Program, e.Path)
}

// Outside finds, in the words of a program that failed in dir, the first file
// that is there and outside its reach; "" where there is none.
func (r *Reach) Outside(dir, words string) string {
	for _, word := range strings.FieldsFunc(words, func(c rune) bool {
		return c <= ' ' || strings.ContainsRune("'\"`:,;()[]<>‘’", c)
	}) {
		if !strings.Contains(word, "/") {
			continue
		}
		path := word
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		real, err := filepath.EvalSymlinks(path)
		if err == nil && real != "/" && !r.reaches(real) {
			return word
		}
	}
	return ""
}

func (r *Reach) reaches(real string) bool {
	return slices.ContainsFunc(slices.Concat(r.Run, r.Read, r.Write), func(allowed string) bool {
		if a, err := filepath.EvalSymlinks(allowed); err == nil {
			allowed = a
		}
		return real == allowed || strings.HasPrefix(real, strings.TrimSuffix(allowed, "/")+"/")
	})
}
