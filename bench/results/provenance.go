package results

import (
	"cmp"
	"slices"
	"strings"

	"tlslab/internal/metric"
)

// Provenance says what produced the numbers, and what the names in cases stand
// for. It holds nothing that differs between two runs of the same inputs: no
// time, no path, no host name.
type Provenance struct {
	// Tool is the tool and its version: "tlslab 0.1.0".
	Tool string `json:"tool"`
	// Profile is the profile's name.
	Profile string `json:"profile"`
	// Digests are hex SHA-256 of the inputs: "profile", "board", "core", "port",
	// "server", "scenario:NAME".
	Digests map[string]string `json:"digests"`
	// Versions are those of the programs that made the numbers, as they say them
	// themselves: "core", "clang", "wasm-ld", "arm-none-eabi-gcc", "wazero".
	Versions map[string]string `json:"versions"`
	// Flags are the compilers' as one line: "wasm", "arm", "arm:BOARD".
	Flags map[string]string `json:"flags"`
	// Support is what upstream says of the core's version, as of a date that is in
	// it. It changes no number. Empty where it is not known.
	Support string `json:"support,omitempty"`
	// Cores are the TLS libraries of the cases, by Case.Core.
	Cores map[string]Core `json:"cores,omitempty"`
	// Boards are those of the cases, by Case.Board.
	Boards map[string]Board `json:"boards,omitempty"`
	// Scenarios are those of the cases, by Case.Scenario.
	Scenarios map[string]Scenario `json:"scenarios,omitempty"`
	// Budgets are the profile's, sorted by metric.
	Budgets []Budget `json:"budgets,omitempty"`
	// Estimates say what the estimates among the metrics rest on, sorted by board,
	// machine and basis.
	Estimates []Estimate `json:"estimates,omitempty"`
}

// Core is a TLS library at one state.
type Core struct {
	// Library is what it is called: "Mbed TLS".
	Library string `json:"library"`
	// Version is what its own files say: "2.28.3".
	Version string `json:"version"`
	// Commit is the commit that its directory has checked out, hex. Empty for a
	// release, and for a directory that is no repository. The files may differ
	// from it: Digest is of what was compiled.
	Commit string `json:"commit,omitempty"`
	// Digest is the hex SHA-256 over all files that compilers can read.
	Digest string `json:"digest"`
}

// Board is what the numbers are for. From its file in boards/.
type Board struct {
	// Title is its name for people: "NXP i.MX RT1052 EVK".
	Title string `json:"title"`
	// CPU is gcc's name of its core: "cortex-m7".
	CPU string `json:"cpu"`
	// ClockHz is the core's clock, Hz.
	ClockHz int64 `json:"clock-Hz"`
	// RTOSTickHz is how often its RTOS ticks, Hz.
	RTOSTickHz int64 `json:"rtos-tick-Hz"`
	// Regions are its memories, the one of the image's code and the one of its
	// data first of their kind.
	Regions []Region `json:"regions"`
}

// Region is a memory of a board.
type Region struct {
	// Name is the board's own: "itcm", "flash".
	Name string `json:"name"`
	// Kind is what it is: "flash" or "ram".
	Kind string `json:"kind"`
	// Origin is its first address.
	Origin uint64 `json:"origin"`
	// LengthB is how large it is, bytes.
	LengthB uint64 `json:"length-B"`
}

// Scenario is a conversation. From its file in profiles/.
type Scenario struct {
	// Title is its name for people.
	Title string `json:"title,omitempty"`
	// Protocol is what is spoken: "tls1.2", "tls1.3", "dtls1.2".
	Protocol string `json:"protocol"`
	// Suite is the cipher suite it asks for, by the library's name of it.
	Suite string `json:"suite,omitempty"`
	// Chain names the certificates, a chain in certs/; empty for a conversation
	// without any.
	Chain string `json:"chain,omitempty"`
	// Serves says that the device is the server.
	Serves bool `json:"serves,omitempty"`
	// RTTUS is the wire's round-trip time, virtual microseconds.
	RTTUS int64 `json:"rtt-us"`
}

// Budget is the most that a metric may be. From the profile.
type Budget struct {
	// Metric is the name of what is bounded.
	Metric string `json:"metric"`
	// Most is the largest number that is within it, in the metric's unit.
	Most int64 `json:"most"`
	// Configs are the configurations it is for, as globs; none: all.
	Configs []string `json:"configs,omitempty"`
}

// Estimate is what estimates of one board on one machine rest on.
type Estimate struct {
	// Board is the board that is estimated for.
	Board string `json:"board"`
	// Machine is the machine whose counts are turned into the estimate.
	Machine metric.Machine `json:"machine"`
	// Metrics are the estimates, sorted.
	Metrics []string `json:"metrics"`
	// Basis says in words how they are made, what that rests on and how far it can
	// be trusted.
	Basis string `json:"basis"`
	// MedianPercent is the median of the errors that were measured of it, over
	// handshakes, percent of the number it stands for, without sign: of what is
	// predicted from WASM, of the emulated board's estimate, by `tlslab factors`.
	// Not there where none was measured.
	MedianPercent *float64 `json:"median-error-percent,omitempty"`
	// WorstPercent is the largest of them.
	WorstPercent *float64 `json:"worst-error-percent,omitempty"`
}

// order is that of Provenance.Estimates; 0 for estimates of the same.
func (e Estimate) order(o Estimate) int {
	return cmp.Or(strings.Compare(e.Board, o.Board), cmp.Compare(e.Machine, o.Machine), strings.Compare(e.Basis, o.Basis))
}

// SortEstimates puts estimates in the order of a file.
func SortEstimates(all []Estimate) { slices.SortFunc(all, Estimate.order) }
