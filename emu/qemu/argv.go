package qemu

import (
	"fmt"
	"strings"

	boards "tlslab/boards/qemu"
)

// argv is QEMU's command line without the program's name: a pure function of
// the machine, the image, the plugin and the confinement that is QEMU's own. The plugin is an
// absolute path; image is a file in the process's directory.
func argv(m *boards.Machine, image, plugin string, countsBytes int, chroot bool) []string {
	args := []string{"-M", m.Name, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-monitor", "none", "-serial", "none", "-parallel", "none",
		// Guest calls read and write the two FIFOs of the directory; time of
		// the machine's own devices stands still meanwhile.
		"-semihosting-config", "enable=on,target=native",
		"-kernel", image}
	args = append(args, m.Args...)
	if plugin != "" {
		args = append(args, "-plugin", fmt.Sprintf("%s,shm=%d,bytes=%d,lab=%d", strings.ReplaceAll(plugin, ",", ",,"), countsFD, countsBytes, labFD))
	}
	// No new processes; and no file outside the directory: semihosting would
	// open any.
	args = append(args, "-sandbox", "on,obsolete=deny,spawn=deny")
	if chroot {
		args = append(args, "-chroot", ".")
	}
	return args
}

// Descriptors in the process, as exec.Cmd.ExtraFiles has them: the shared counts,
// and the socket on which the plugin waits for the lab.
const (
	countsFD = 3 + iota
	labFD
)
