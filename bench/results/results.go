// Package results is the results file: the seam between the machines that
// measure and everything that only reads (gate, plots, compare). It imports
// nothing of ours, so its readers run where there is no compiler or emulator.
package results

// Schema is the version of File's JSON form.
const Schema = 1

// OutcomeConnected is the outcome of a case whose handshake was whole.
const OutcomeConnected = "connected"

// File is one results file. Cases are sorted by Key; a file is complete or it
// does not exist under its name (see Write).
type File struct {
	Schema     int        `json:"schema"`
	Provenance Provenance `json:"provenance"`
	Cases      []Case     `json:"cases"`
}

// Provenance says what produced the numbers. It holds nothing that differs
// between two runs of the same inputs: no time, no path, no host name.
type Provenance struct {
	Tool     string            `json:"tool"`     // tool revision
	Profile  string            `json:"profile"`  // profile name
	Digests  map[string]string `json:"digests"`  // "profile", "board", "core", "port": hex SHA-256
	Versions map[string]string `json:"versions"` // "core", "clang", "wasm-ld", "arm-none-eabi-gcc", "wazero", ...
	Flags    map[string]string `json:"flags"`    // "wasm", "arm": compiler flags as one line
	// Support is what upstream says of the core's version, as of a date that is in
	// it (core.Support). It changes no number. "" if it is not known.
	Support string `json:"support,omitempty"`
}

// Case is one measured configuration in one scenario on one machine.
type Case struct {
	Core     string `json:"core"`
	Board    string `json:"board"`
	Config   string `json:"config"` // "rtthread-optimised" or "rtthread-optimised/MPI_WINDOW_SIZE=3"
	Scenario string `json:"scenario"`
	Machine  string `json:"machine"`
	Base     string `json:"base,omitempty"`   // for a variation: the config it varies
	Option   string `json:"option,omitempty"` // for a variation: the option
	Value    string `json:"value,omitempty"`  // for a variation: its value ("on", "off" or a number)
	// Settings are the options a point of a sweep differs in from its Base,
	// without MBEDTLS_, each with its value as in Value (what goes along with
	// Option too); of a sweep's base, what it has them at. nil for one where one
	// option is varied alone.
	Settings map[string]string `json:"settings,omitempty"`
	// options added to the config, "NAME" or "NAME=VALUE" or "-NAME": by the scenario, or
	// by whom is in brackets after it ("(core)": demanded)
	Added   []string `json:"added,omitempty"`
	Outcome string   `json:"outcome"`          // "connected" or the error's name
	Phase   string   `json:"phase,omitempty"`  // where it failed
	Detail  string   `json:"detail,omitempty"` // one line a person can act on
	// of one that failed: what would help, the most certain first
	Advice       []string `json:"advice,omitempty"`
	ConfigDigest string   `json:"config-digest"` // hex SHA-256 of the rendered header
	Seed         uint64   `json:"seed"`

	Metrics map[string]int64 `json:"metrics"`
	// DrawSpread is of a configuration that others vary: by how much each metric
	// differs between the random draws of several seeds, the most less the least.
	// What is not in it does not differ, or is not known to. Of estimates and of CPU
	// instructions it is an estimate.
	DrawSpread Spread      `json:"draw-spread,omitempty"`
	Phases     []Phase     `json:"phases,omitempty"`    // in order of execution
	Functions  []Function  `json:"functions,omitempty"` // sorted by name
	HeapCurve  []HeapPoint `json:"heap-curve,omitempty"`
	Checks     []Check     `json:"checks,omitempty"` // must-reject checks, in order
	Warnings   []string    `json:"warnings,omitempty"`
	// Unrepeatable: the case may end otherwise when it is run again (an emulator
	// that crashed, a bound in this machine's time). No cache keeps it.
	Unrepeatable bool `json:"-"`
	// Reference holds published figures for the same configuration, with the
	// metric's name as key ("rom-B", "heap-peak-B"); they are never gated.
	Reference map[string]int64 `json:"reference,omitempty"`
	// Work is never written to a results file.
	Work *Work `json:"work,omitempty"`
}

// WithinDraws says that a difference of a metric from the case's, which others
// vary, is no more than random draws make: it is no effect. A nil case knows of
// none.
func (c *Case) WithinDraws(metric string, by int64) bool {
	return c != nil && c.DrawSpread.Covers(metric, by)
}

// DrawSeeds is how many seeds a spread is over: the profile's own and the ones
// after it. With 16 the range of a normal quantity is 3.5 standard deviations.
const DrawSeeds = 16

// Spread is by how much each metric differs between random draws.
type Spread map[string]int64

// Covers says that a difference of a metric is no more than random draws make.
func (s Spread) Covers(metric string, by int64) bool {
	return by != 0 && max(by, -by) <= s[metric]
}

// Drawn marks a difference that random draws make as well.
const Drawn = "~"

// Mark is Drawn where a difference is covered, else "".
func (s Spread) Mark(metric string, by int64) string {
	if s.Covers(metric, by) {
		return Drawn
	}
	return ""
}

// Work is what the functions of firmware did, beside their instructions.
type Work struct {
	Functions map[string]FunctionWork `json:"functions"` // by name
	// Elsewhere is a digest of what the WASM module did in functions that the
	// firmware does not have: it does their work in others.
	Elsewhere string `json:"elsewhere"`
}

// FunctionWork are two functions of one name, one of firmware and one of the
// WASM module that is made of the same sources.
type FunctionWork struct {
	Code      string `json:"code"`       // digest of the firmware's, wherever it is linked to
	Calls     uint64 `json:"calls"`      // of the firmware's
	WasmOps   uint64 `json:"wasm-ops"`   // executed by the module's
	WasmCalls uint64 `json:"wasm-calls"` // of the module's
}

// Phase is one TLS state of the handshake, or init, parse-ca, app-data, close.
type Phase struct {
	Name    string           `json:"name"`
	Metrics map[string]int64 `json:"metrics"` // wasm-ops, heap-peak-B, shadow-stack-peak-B, allocs
}

// Function is one function of the linked image.
type Function struct {
	Name    string           `json:"name"`
	Metrics map[string]int64 `json:"metrics"` // wasm-ops; code-B where the Cortex-M image has it
}

// HeapPoint is one point of heap live over the handshake: after Ops executed
// instructions LiveB bytes were live.
type HeapPoint struct {
	Phase string `json:"phase"`
	Ops   int64  `json:"ops"` // in the unit of the case's machine
	LiveB int64  `json:"heap-live-B"`
	PeakB int64  `json:"heap-peak-B"` // most within the phase that ends here
}

// Check is one must-reject try: a certificate or name that has to be refused.
type Check struct {
	Name    string `json:"name"`    // "expired", "wrong-name", "unknown-ca"
	Outcome string `json:"outcome"` // "accepted", or the error's name
	Refused bool   `json:"refused"`
}

// Key names a case uniquely within a file; the sort order of File.Cases.
func (c Case) Key() string {
	return c.Core + "/" + c.Board + "/" + c.Config + "/" + c.Scenario + "/" + c.Machine
}
