package core

import "slices"

// Image is a built Spec.
type Image struct {
	WASM     []byte            // the linked module, not yet metered
	Firmware []byte            // the ELF that runs on Spec.Firmware, symbols kept; nil without
	Digest   string            // hex SHA-256 of WASM
	Identity uint32            // what the firmware says it is; 0 without one
	Options  map[string]string // the macros asked for, as the compiler sees them; the guest must report the same
	Sizes    *Sizes            // nil when Spec.Board is nil
	Frames   map[string]Frame  // of Firmware's functions; nil without
	Origins  map[string]Origin // of the functions and objects of all Cortex-M images; the compiler's own are not in it
	// of Firmware's functions: digests of their code wherever it is linked to; nil without
	// and with -flto
	Code map[string]string
}

// Sizes are bytes of a linked Cortex-M image. RO, RW and ZI are the manual's
// (6.2): code and read-only data, initialised data, zeroed data, each less
// the same image without TLS.
type Sizes struct {
	RO, RW, ZI int64
	// FlashOver and RAMOver are the bytes by which the WHOLE image exceeds the
	// board's first flash and first RAM region; 0 when it fits.
	FlashOver, RAMOver int64
	Functions          map[string]int64 // code bytes by function name

	Base Base   // the image without TLS
	Data []Data // objects of the image, sorted by name
}

// Base are the sections of an image without TLS, bytes.
type Base struct{ RO, RW, ZI int64 }

// Data is an object of a linked image: a table, a variable.
type Data struct {
	Name    string
	Section string // "ro", "rw" or "zi"
	Bytes   int64  // of all of the name
}

// Origin is where a symbol is from.
type Origin struct {
	Module string // a Module constant
	File   string // "library/aes.c", "client.c"; "" where several have the name
}

// Modules of an image.
const (
	ModuleLibrary  = "library"  // the TLS library
	ModulePort     = "port"     // the lab's program around it
	ModuleLibc     = "libc"     // the lab's C library
	ModuleCompiler = "compiler" // the compiler's own: libgcc
)

// Frame is what one function takes of the stack, and whom it calls.
type Frame struct {
	Bytes    uint32   // without its callees
	Dynamic  bool     `json:",omitempty"` // and more, known only when it runs (alloca)
	Indirect bool     `json:",omitempty"` // it calls through a pointer
	Calls    []string `json:",omitempty"` // sorted; tail calls too
}

// And is what holds of both: functions of one name in two objects.
func (f Frame) And(o Frame) Frame {
	f.Bytes = max(f.Bytes, o.Bytes)
	f.Dynamic, f.Indirect = f.Dynamic || o.Dynamic, f.Indirect || o.Indirect
	f.Calls = append(slices.Clone(f.Calls), o.Calls...)
	slices.Sort(f.Calls)
	f.Calls = slices.Compact(f.Calls)
	return f
}
