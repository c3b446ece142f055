package confine

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// layout are the directories below a prefix (/usr, /opt/gcc-arm) that hold
// programs and what they load. No other is of the toolchain: a prefix may be a
// person's home.
var layout = []string{"bin", "lib", "lib32", "lib64", "libx32", "libexec", "share"}

// ofSystem are files that every program's start may read.
var ofSystem = []string{"/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/alternatives", "/nix/store", "/gnu/store"}

// System is what every program of this machine may need: libraries, the
// loader, other programs.
func System() []string {
	var all []string
	for _, prefix := range []string{"/usr", "/"} {
		for _, dir := range layout {
			if prefix != "/" || dir != "share" {
				all = append(all, filepath.Join(prefix, dir))
			}
		}
	}
	return there(append(all, ofSystem...))
}

// Programs is the system and where the named programs were installed. One that
// is not found is left out: starting it says so.
func Programs(names ...string) []string {
	all := System()
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		all = append(all, path)
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		all = append(all, path)
		if filepath.Base(filepath.Dir(path)) != "bin" {
			continue
		}
		prefix := filepath.Dir(filepath.Dir(path))
		for _, dir := range layout {
			all = append(all, filepath.Join(prefix, dir))
		}
		// arm-none-eabi-gcc has its assembler in PREFIX/arm-none-eabi.
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			all = append(all, filepath.Join(prefix, filepath.Base(name[:i])))
		}
	}
	return there(all)
}

// there are the paths that exist, each once.
func there(paths []string) []string {
	paths = slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		_, err := os.Stat(p)
		return err != nil
	})
	slices.Sort(paths)
	return slices.Compact(paths)
}
