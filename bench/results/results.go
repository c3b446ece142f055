// Package results is the results file: the seam between the machines that
// measure and everything that only reads (gate, plots, compare). It imports
// nothing of ours, so its readers run where there is no compiler or emulator.
package results

import "tlslab/internal/metric"

// Schema is the version of File's JSON form. Readers refuse every other.
const Schema = 2

// Outcome is how a case ended: "connected", a word of the lab's, or the name of
// the library's error, after the lab's word for its cause where there is one.
type Outcome string

// OutcomeConnected is the outcome of a case whose handshake was whole.
const OutcomeConnected Outcome = "connected"

// File is one results file. A file is complete or it does not exist under its
// name (see Write).
type File struct {
	// Schema is the version of this form: 2.
	Schema int `json:"schema"`
	// Provenance says what produced the numbers, and what their names stand for.
	Provenance Provenance `json:"provenance"`
	// Cases are sorted by Key, which no two share.
	Cases []Case `json:"cases"`
}

// Case is one measured configuration in one scenario on one machine.
type Case struct {
	// Core names the TLS library that was measured; Provenance.Cores says what it
	// is. From the command line or the profile.
	Core string `json:"core"`
	// Board names the board that was measured for: a key of Provenance.Boards.
	Board string `json:"board"`
	// Config names the configuration, "rtthread-optimised", or a variation of it,
	// "rtthread-optimised/MPI_WINDOW_SIZE=3". From the profile.
	Config string `json:"config"`
	// Scenario names the conversation: a key of Provenance.Scenarios.
	Scenario string `json:"scenario"`
	// Machine is where the image ran, without a port.
	Machine metric.Machine `json:"machine"`
	// Base is, of a variation, the configuration that it varies; empty for a
	// configuration itself. It is there where Option is.
	Base string `json:"base,omitempty"`
	// Option is, of a variation, the option that it is about, without MBEDTLS_.
	Option string `json:"option,omitempty"`
	// Value is what a variation has Option at: "on", "off" or a number.
	Value string `json:"value,omitempty"`
	// Settings are the options a point of a sweep differs in from its Base,
	// without MBEDTLS_, each with its value as in Value (what goes along with
	// Option too); of a sweep's base, what it has them at. None for a case where
	// one option is varied alone.
	Settings map[string]string `json:"settings,omitempty"`
	// Changes are, of a variation, all options that differ from those of Base
	// before the scenario adds its needs, sorted by option.
	Changes []Change `json:"changes,omitempty"`
	// Added are options added to the configuration, "NAME" or "NAME=VALUE" or
	// "-NAME": by the scenario, or by what is in brackets after it ("(core)":
	// demanded by the library).
	Added []string `json:"added,omitempty"`
	// Outcome is "connected", or the name of what went wrong: the library's own
	// name of an error, or the lab's ("no-build", "flash-overflow").
	Outcome Outcome `json:"outcome"`
	// Kind is what a library's error is about, whatever the library calls it:
	// "certificate", "alert", "record", "memory", "entropy", "timeout", "internal"
	// or "other" (core.ErrorKind). None for an outcome of the lab's own, but for
	// "memory" and "timeout". A baseline leaves it out.
	Kind string `json:"kind,omitempty"`
	// Phase is where a case failed: a phase of the handshake, "build" or "load".
	// Empty for one that connected.
	Phase metric.Phase `json:"phase,omitempty"`
	// Detail is one line on a failure that a person can act on.
	Detail string `json:"detail,omitempty"`
	// Advice is, of a case that failed, what would help, the most certain first.
	// Each was tried unless it says otherwise.
	Advice []string `json:"advice,omitempty"`
	// ConfigDigest is the hex SHA-256 of the configuration header as it was
	// compiled.
	ConfigDigest string `json:"config-digest"`
	// Seed began the random numbers of both ends. From the profile.
	Seed uint64 `json:"seed"`

	// Metrics are the case's numbers by the names of internal/metric, which has
	// their units and how exact they are. A case that failed has those of its
	// image, and what was counted up to the failure.
	Metrics map[string]int64 `json:"metrics"`
	// DrawSpread is, of a configuration that others vary, by how much each metric
	// differs between the random draws of several seeds, the most less the least,
	// in the metric's unit. What is not in it does not differ, or is not known to.
	// Of estimates and of CPU instructions it is an estimate.
	DrawSpread Spread `json:"draw-spread,omitempty"`
	// Headroom is, by metric, how far the case's number is below the profile's
	// budget for it, in the metric's unit; below 0 where it is over. Only what has
	// a budget that is for the case's configuration.
	Headroom map[string]int64 `json:"headroom,omitempty"`
	// RAM is the peak of RAM taken apart. None where the machine does not see the
	// stack, and for an image without a linked size.
	RAM *RAM `json:"ram,omitempty"`
	// Image is what the linked Cortex-M image holds, so that the parts add up to
	// the whole. None where no image was linked.
	Image *Image `json:"image,omitempty"`
	// Phases are in order of execution, each once.
	Phases []Phase `json:"phases,omitempty"`
	// Functions are those that ran or are in the linked image, sorted by name.
	Functions []Function `json:"functions,omitempty"`
	// Tree is the tree of calls, with their inclusive cost. The qemu machine follows the calls
	// of the run that is measured. The wasm machine follows them in a run of its own,
	// which has the same counts, and of configurations alone unless variations were
	// asked for. No point of a sweep or a search has one.
	Tree *Tree `json:"tree,omitempty"`
	// HeapCurve is the heap at the end of each phase, in order; a phase that was
	// entered twice is there twice.
	HeapCurve []HeapPoint `json:"heap-curve,omitempty"`
	// Checks are the must-reject tries that the scenario asks for, in its order.
	Checks []Check `json:"checks,omitempty"`
	// Floor are, of a configuration that is no variation and connected, the tries
	// of the strict floor of `tlslab tune`, in its order: what a device has to
	// refuse whatever its scenario asks. They are not gated. From runs on the wasm
	// machine. Only where the scenario has a client with a chain to check, and only
	// the tries that the chain comes in (certs/pki.toml).
	Floor []Check `json:"floor,omitempty"`
	// Warnings are what a reader of the numbers has to know, a line each.
	Warnings []string `json:"warnings,omitempty"`
	// Unrepeatable: the case may end otherwise when it is run again (an emulator
	// that crashed, a bound in this machine's time). No cache keeps it.
	Unrepeatable bool `json:"-"`
	// Reference holds published figures for the same configuration, by metric;
	// they are never gated. From the profile.
	Reference map[string]int64 `json:"reference,omitempty"`
	// Work is what the functions of firmware did beside their instructions, for
	// the lab's own check of its counts. It is never written to a results file.
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

// Ended says how the case ended, in words.
func (c Case) Ended() string {
	line := string(c.Outcome)
	if c.Phase != "" {
		line += " in " + string(c.Phase)
	}
	if c.Detail != "" {
		line += " (" + c.Detail + ")"
	}
	return line
}

// Key names a case uniquely within a file; the sort order of File.Cases.
func (c Case) Key() string {
	return c.Core + "/" + c.Board + "/" + c.Config + "/" + c.Scenario + "/" + string(c.Machine)
}
