package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/host"
	"github.com/shirou/gopsutil/v3/mem"

	"tlslab/bench/results"
)

// writeHost notes on what and how long a run took, beside the results: it is
// never part of them, so that they are the same on every machine.
func writeHost(dir string, took time.Duration, jobs int) error {
	facts := map[string]any{"seconds": took.Seconds(), "jobs": jobs, "go": runtime.Version(), "peak-memory-B": peakMemory()}
	if h, err := host.Info(); err == nil {
		facts["platform"] = h.Platform + " " + h.PlatformVersion
		facts["kernel"] = h.KernelVersion
	}
	if c, err := cpu.Info(); err == nil && len(c) > 0 {
		facts["cpu"], facts["cpus"] = c[0].ModelName, runtime.NumCPU()
	}
	if m, err := mem.VirtualMemory(); err == nil {
		facts["memory-B"] = m.Total
	}
	data, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		return err
	}
	if err := results.WriteWhole(filepath.Join(dir, "host.json"), append(data, '\n')); err != nil {
		return fmt.Errorf("host.json: %w", err)
	}
	return nil
}

// peakMemory is this process's peak resident set, bytes.
func peakMemory() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Maxrss << 10 // KiB on Linux
}
