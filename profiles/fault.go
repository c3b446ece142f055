package profiles

import (
	"slices"

	"tlslab/internal/strict"
)

// Fault is what is wrong on purpose in a scenario that shows a failure of a
// device in the field. A scenario with one expects an error.
type Fault struct {
	Certificate Check  `toml:"certificate"`  // variant of the chain that the server shows
	ServerSuite string `toml:"server_suite"` // the one suite that the server has, in place of the scenario's
	HeapBytes   uint32 `toml:"heap_bytes"`   // of the device, in place of the profile's; 0: the profile's
	EntropyB    *int64 `toml:"entropy_B"`    // bytes after which the device's source of entropy fails; not there: never
}

// checkFault checks what is wrong on purpose.
func (s *Scenario) checkFault(bad report) {
	f := s.Fault
	if f == nil {
		return
	}
	if f.Certificate != "" && s.Chain == "" {
		bad("fault.certificate", "needs a chain")
	} else if f.Certificate != "" && !slices.Contains(checks, f.Certificate) {
		bad("fault.certificate", "%w", strict.Unknown("variant", f.Certificate, checks))
	}
	if f.ServerSuite != "" && !suitePattern.MatchString(f.ServerSuite) {
		bad("fault.server_suite", "%q: not a suite as %s names it (TLS-...)", f.ServerSuite, s.Dialect().Title)
	}
	if h := f.HeapBytes; h != 0 && (h < heapLeast || h > heapMost) {
		bad("fault.heap_bytes", "%d: neither 0 nor in %d..%d", h, heapLeast, heapMost)
	}
	if f.EntropyB != nil && *f.EntropyB < 0 {
		bad("fault.entropy_B", "%d: below 0", *f.EntropyB)
	}
	if s.Serves() {
		bad("fault", "of a client alone")
	}
}

// Faulty are the scenario's faults; the zero one where there are none.
func (s *Scenario) Faulty() Fault {
	if s.Fault == nil {
		return Fault{}
	}
	return *s.Fault
}
