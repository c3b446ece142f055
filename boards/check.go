package boards

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"tlslab/internal/quantity"
	"tlslab/internal/strict"
)

// The CPUs that the toolchains and the QEMU machines of this project cover,
// by the names gcc's -mcpu knows.
var cpus = []string{
	"cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7",
	"cortex-m23", "cortex-m33", "cortex-m55",
	"cortex-a9",
}

// fpus are the floating-point units of those CPUs, by gcc's -mfpu; "" is none.
var fpus = []string{"", "fpv4-sp-d16", "fpv5-sp-d16", "fpv5-d16", "vfpv3-d16", "auto"}

// namePattern is what a board's name may be: it becomes part of file names.
var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`)

const (
	clockLeast = 1_000_000     // Hz; below it a handshake takes minutes: a slip in the unit
	clockMost  = 2_000_000_000 // Hz; twice the fastest Cortex-M sold (i.MX RT1170, 1 GHz)
	tickLeast  = 10            // Hz; RT-Thread's Kconfig: range 10 1000
	tickMost   = 1000          // Hz
	addressTop = 1 << 32       // 32-bit address space
)

// needSource are the keys that must have a [[source]] of their own.
var needSource = []string{"cpu", "clock_hz", "rtos_tick_hz"}

// check finds what is wrong with a decoded board: every problem, one a line.
func (b *Board) check(file string, data []byte, wantName string) error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, strict.Errorf(file, data, key, format, args...))
	}
	switch {
	case !namePattern.MatchString(b.Name):
		bad("name", "%q: not of the form %s", b.Name, namePattern)
	case wantName != "" && b.Name != wantName:
		bad("name", "%q: must be the file's name, %q", b.Name, wantName)
	}
	if b.Title == "" {
		bad("title", "missing")
	}
	if !slices.Contains(cpus, b.CPU) {
		bad("cpu", "%w", strict.Unknown("CPU", b.CPU, cpus))
	}
	if !slices.Contains(fpus, b.FPU) {
		bad("fpu", "%w", strict.Unknown("FPU", b.FPU, fpus[1:]))
	}
	switch b.FloatABI {
	case "soft":
	case "softfp", "hard":
		if b.FPU == "" {
			bad("float_abi", "%q needs an fpu", b.FloatABI)
		}
	default:
		bad("float_abi", "%q: not soft, softfp or hard", b.FloatABI)
	}
	if b.ClockHz < clockLeast || b.ClockHz > clockMost {
		bad("clock_hz", "%d: not in %s to %s", b.ClockHz, quantity.Count(clockLeast), quantity.Hertz(clockMost))
	}
	if b.RTOSTickHz < tickLeast || b.RTOSTickHz > tickMost {
		bad("rtos_tick_hz", "%d: not in %s to %s", b.RTOSTickHz, quantity.Count(tickLeast), quantity.Hertz(tickMost))
	}
	if b.QEMUMachine != "" && b.StandIn == "" {
		bad("stand_in", "missing: say what differs between %s and the board", b.QEMUMachine)
	}
	errs = append(errs, b.checkRegions(file, data)...)
	of := map[string]bool{}
	for i, s := range b.Sources {
		if s.Of == "" || s.From == "" {
			bad(fmt.Sprintf("source[%d]", i), "needs both of and from")
		}
		of[s.Of] = true
	}
	for _, key := range needSource {
		if !of[key] {
			bad(key, "has no [[source]] with of = %q", key)
		}
	}
	return errors.Join(errs...)
}

// checkRegions checks that the memory regions are possible and apart.
func (b *Board) checkRegions(file string, data []byte) []error {
	var errs []error
	bad := func(i int, key, format string, args ...any) {
		errs = append(errs, strict.Errorf(file, data, fmt.Sprintf("region[%d].%s", i, key), format, args...))
	}
	seen := map[string]bool{}
	kinds := map[string]bool{}
	for i, r := range b.Regions {
		switch {
		case r.Name == "":
			bad(i, "name", "missing")
		case seen[r.Name]:
			bad(i, "name", "%q: named twice", r.Name)
		}
		seen[r.Name] = true
		if r.Kind != KindFlash && r.Kind != KindRAM {
			bad(i, "kind", "%q: not flash or ram", r.Kind)
		}
		kinds[r.Kind] = true
		if r.LengthBytes == 0 || r.LengthBytes > addressTop || r.LengthBytes%4 != 0 {
			bad(i, "length_bytes", "%d: not a multiple of 4 in 4..%d", r.LengthBytes, uint64(addressTop))
		} else if r.Origin%4 != 0 || r.Origin > addressTop-r.LengthBytes {
			bad(i, "origin", "%#x: region %s is not in the 32-bit address space, or not aligned to 4", r.Origin, r.Name)
		}
		if r.Source == "" {
			bad(i, "source", "missing: name the document and its section")
		}
	}
	for _, kind := range []string{KindFlash, KindRAM} {
		if !kinds[kind] {
			errs = append(errs, strict.Errorf(file, nil, "region", "no region of kind %q", kind))
		}
	}
	if len(errs) > 0 {
		return errs
	}
	byOrigin := slices.Clone(b.Regions)
	sort.SliceStable(byOrigin, func(i, j int) bool { return byOrigin[i].Origin < byOrigin[j].Origin })
	for i := 1; i < len(byOrigin); i++ {
		lo, hi := byOrigin[i-1], byOrigin[i]
		if lo.Origin+lo.LengthBytes > hi.Origin {
			errs = append(errs, strict.Errorf(file, nil, "region", "%s overlap", strings.Join([]string{lo.Name, hi.Name}, " and ")))
		}
	}
	return errs
}
