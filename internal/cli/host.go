package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v3/cpu"
	hostinfo "github.com/shirou/gopsutil/v3/host"
	"github.com/shirou/gopsutil/v3/mem"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// hostName is the file of what a run was made on and with.
const hostName = "host.json"

// host is that file.
type host struct {
	Tool        string           `json:"tool"`         // revision of the build that wrote the results
	Results     string           `json:"results.json"` // their SHA-256
	Machines    []metric.Machine `json:"machines"`     // of which they have cases
	Seconds     float64          `json:"seconds"`
	Jobs        int              `json:"jobs"`
	Go          string           `json:"go"`
	PeakMemoryB int64            `json:"peak-memory-B"`
	Platform    string           `json:"platform,omitempty"`
	Kernel      string           `json:"kernel,omitempty"`
	CPU         string           `json:"cpu,omitempty"`
	CPUs        int              `json:"cpus,omitempty"`
	MemoryB     uint64           `json:"memory-B,omitempty"`
}

// writeHost notes on what and how long a run took, and which build of the tool
// wrote which results, beside the results: it is never part of them, so that they
// are the same on every machine.
func writeHost(dir, revision string, f *results.File, took time.Duration, jobs int) error {
	digest, err := resultsDigest(dir)
	if err != nil {
		return err
	}
	facts := host{Tool: revision, Results: digest, Machines: f.Machines(),
		Seconds: took.Seconds(), Jobs: jobs, Go: runtime.Version(), PeakMemoryB: peakMemory()}
	if h, err := hostinfo.Info(); err == nil {
		facts.Platform, facts.Kernel = h.Platform+" "+h.PlatformVersion, h.KernelVersion
	}
	if c, err := cpu.Info(); err == nil && len(c) > 0 {
		facts.CPU, facts.CPUs = c[0].ModelName, runtime.NumCPU()
	}
	if m, err := mem.VirtualMemory(); err == nil {
		facts.MemoryB = m.Total
	}
	data, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		return err
	}
	if err := results.WriteWhole(filepath.Join(dir, hostName), append(data, '\n')); err != nil {
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
