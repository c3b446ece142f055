package results

import "tlslab/internal/metric"

// Change is an option that a variation has otherwise than its base.
type Change struct {
	// Option is its name without MBEDTLS_.
	Option string `json:"option"`
	// Was is what the base has: "on", "off", a number or other text.
	Was string `json:"was"`
	// Is is what the variation has, in the same words.
	Is string `json:"is"`
}

// RAM is the peak of RAM at one instant, taken apart.
type RAM struct {
	// Phase is the phase in which it was reached first.
	Phase metric.Phase `json:"phase"`
	// StaticB is .data and .bss, bytes, less the image's without TLS, as static-B.
	StaticB int64 `json:"static-B"`
	// RunB is heap and stack together at that instant, bytes: StaticB and RunB add
	// up to the metric.
	RunB int64 `json:"heap-and-stack-B"`
	// HeapB is the part of RunB that is heap, bytes, as asked for. Not there where
	// the machine adds both up without telling them apart.
	HeapB *int64 `json:"heap-B,omitempty"`
	// StackB is the rest of RunB. There where HeapB is.
	StackB *int64 `json:"stack-B,omitempty"`
}

// Image is a linked Cortex-M image with TLS, whole: nothing is subtracted. In
// each of its sections the functions' code-B, the data symbols and what is in
// neither add up to the section.
type Image struct {
	// ROB is its code and constants (.text, .rodata), bytes.
	ROB int64 `json:"ro-B"`
	// RWB is its initialised data (.data), bytes: in flash and in RAM.
	RWB int64 `json:"rw-B"`
	// ZIB is its zeroed data (.bss), bytes.
	ZIB int64 `json:"zi-B"`
	// Base is the same image without TLS, which the case's metrics are less.
	Base Sections `json:"base"`
	// Data are the objects with a symbol, sorted by name.
	Data []DataSymbol `json:"data,omitempty"`
	// Other is, of each section, what is in no function and no object: literals,
	// unnamed constants, padding. Below 0 where several symbols name one place.
	Other Sections `json:"other"`
}

// Sections are bytes by the kind of section.
type Sections struct {
	// ROB is of code and constants.
	ROB int64 `json:"ro-B"`
	// RWB is of initialised data.
	RWB int64 `json:"rw-B"`
	// ZIB is of zeroed data.
	ZIB int64 `json:"zi-B"`
}

// DataSymbol is an object of the linked image.
type DataSymbol struct {
	// Name is its symbol; several of one name are one, with their sum.
	Name string `json:"name"`
	// Section is "ro", "rw" or "zi".
	Section string `json:"section"`
	// Bytes is its size.
	Bytes int64 `json:"bytes"`
	// Module is where it is from, as Function.Module.
	Module string `json:"module,omitempty"`
}

// Phase is one TLS state of the handshake, or init, parse-ca, app-data, close.
type Phase struct {
	// Name is what is done in it.
	Name metric.Phase `json:"name"`
	// Metrics are what was counted in it, by the names of internal/metric: of sums
	// its share, of peaks the most within it.
	Metrics map[string]int64 `json:"metrics"`
}

// Function is one function that ran or is in the linked image.
type Function struct {
	// Name is its symbol.
	Name string `json:"name"`
	// Module is what it is a part of: "library", "port" (the lab's program around
	// it), "libc" (the lab's C library) or "compiler" (libgcc). Empty for what is in
	// no Cortex-M image.
	Module string `json:"module,omitempty"`
	// File is the source file, as its module's tree has it: "library/aes.c". Empty
	// where it is not known.
	File string `json:"file,omitempty"`
	// Metrics are what was counted of the function itself, without its callees, in
	// the whole run, and code-B of the linked image.
	Metrics map[string]int64 `json:"metrics"`
	// Calls is how often it was called in the whole run; 0: never, or not known.
	Calls int64 `json:"calls,omitempty"`
	// Phases are pairs: the place of a phase in Case.Phases and what the machine
	// executed of the function in it, in the unit of the machine's own count. Those
	// without any are left out. They add up to the whole run's count unless some
	// was outside all phases.
	Phases [][2]int64 `json:"phases,omitempty"`
}

// HeapPoint is one point of heap live over the handshake.
type HeapPoint struct {
	// Phase is the one that ends here.
	Phase metric.Phase `json:"phase"`
	// Ops is what the machine has executed since the start, in its own unit.
	Ops int64 `json:"ops"`
	// EstUS is the same as time at the board's clock, microseconds, rounded up;
	// 0: not estimated.
	EstUS int64 `json:"est-us,omitempty"`
	// LiveB is the heap live then, bytes, as asked for.
	LiveB int64 `json:"heap-live-B"`
	// PeakB is the most within the phase that ends here, bytes.
	PeakB int64 `json:"heap-peak-B"`
}

// Check is one must-reject try: a certificate or name that has to be refused.
type Check struct {
	// Name is what is wrong: "expired", "wrong-name", "unknown-ca".
	Name string `json:"name"`
	// Outcome is "accepted", or the name of the error it was refused with.
	Outcome string `json:"outcome"`
	// Refused says that it was refused for what is wrong with it.
	Refused bool `json:"refused"`
}
