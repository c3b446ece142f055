package confine

import (
	"fmt"
	"math"

	"golang.org/x/sys/unix"
)

// prlimit is util-linux's program that limits itself and then executes another program.
// Limits set from outside would take effect only after that program has started.
const prlimit = "prlimit"

// args returns prlimit's argv, without its name, for a program. It is a pure function of
// the limits and of this process's own hard limits. No process leaves a core file.
func (l Limits) args(mine func(resource int) (most uint64, err error), argv []string) ([]string, error) {
	seconds := uint64(math.Ceil(l.CPU.Seconds())) // 0 is no bound
	args := []string{"--core=0"}
	for _, r := range []struct {
		name     string
		resource int
		most     uint64
	}{
		{"fsize", unix.RLIMIT_FSIZE, l.FileBytes}, {"data", unix.RLIMIT_DATA, l.DataBytes},
		{"cpu", unix.RLIMIT_CPU, seconds}, {"nproc", unix.RLIMIT_NPROC, l.Processes},
	} {
		if r.most == 0 {
			continue
		}
		most, err := mine(r.resource)
		if err != nil {
			return nil, fmt.Errorf("limit %s: %w", r.name, err)
		}
		args = append(args, fmt.Sprintf("--%s=%d", r.name, min(r.most, most)))
	}
	return append(append(args, "--"), argv...), nil
}

// hard returns this process's hard limit of a resource.
func hard(resource int) (uint64, error) {
	var now unix.Rlimit
	err := unix.Getrlimit(resource, &now)
	return now.Max, err
}
