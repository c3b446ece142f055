package confine

import (
	"os"
	"os/exec"
	"path/filepath"
)

const bwrap = "bwrap"

// bubblewrapArgs is bwrap's argv, without its name, for a program in dir: a
// pure function of the reach, but for links, which are shown as they are.
func bubblewrapArgs(r *Reach, dir string, argv []string) []string {
	args := []string{"--unshare-all", "--die-with-parent", "--new-session", "--dev", "/dev", "--proc", "/proc"}
	for _, path := range append(append([]string{}, r.Run...), r.Read...) {
		args = append(args, shown(path)...)
	}
	for _, path := range r.Write {
		args = append(args, "--bind", path, path)
	}
	return append(append(args, "--chdir", dir, "--"), argv...)
}

// shown are the arguments that make a path readable. /lib may be a link into
// /usr: then the same link is made.
func shown(path string) []string {
	if target, err := os.Readlink(path); err == nil && filepath.Dir(path) == "/" {
		return []string{"--symlink", target, path}
	}
	return []string{"--ro-bind", path, path}
}

// bubblewrapHolds tries bwrap: users may not be allowed namespaces.
func bubblewrapHolds() bool {
	program, err := exec.LookPath(bwrap)
	if err != nil {
		return false
	}
	run := func(file string) error {
		r := &Reach{Run: System()}
		return exec.Command(program, bubblewrapArgs(r, "/", []string{"/bin/sh", "-c", "test -e " + file})...).Run()
	}
	return run("/bin/sh") == nil && run("/etc/passwd") != nil
}
