// Package core says what a device under test is made of: a tree of a TLS library
// (Library, Source), a configuration header and a scenario's material (Spec), and
// what is built from them (Image). It builds nothing and runs nothing, and no
// library's name is in it: core/build drives the compilers, core/source fetches
// and verifies, core/library/... are the libraries.
package core

import "tlslab/boards"

// Role says which program of core/port an image holds.
type Role string

const (
	Client Role = "client" // the measured guest, or the reference client
	Server Role = "server" // the reference server, which gets its parameters at run time
	// DeviceServer is the measured guest where the device is a server: the same
	// program with its parameters compiled in.
	DeviceServer Role = "device-server"
	// Sample is the manual's sample application on its session API.
	Sample Role = "sample"
	// Primitives runs single operations of the library, for calibration: an
	// image of firmware alone.
	Primitives Role = "primitives"
)

// Spec is everything an image depends on.
type Spec struct {
	Source     *Source
	Role       Role
	Header     []byte   // the configuration header, complete
	HeaderDirs []string // where the header's own #include "..." are looked for
	Material   Material
	Board      *boards.Board // nil: no Cortex-M image is linked
	WasmOpt    string        // "-O2"
	ARMOpt     string
	ARMFlags   []string // further flags of the library's own files in Cortex-M images
	StackBytes uint32   // the TLS thread's stack; multiple of 16
	HeapBytes  uint32   // the arena the Cortex-M image reserves
	Firmware   *Target  // nil: no firmware that runs is linked
	// Silent leaves the report of the options out of the WASM module, so that
	// configurations that make the same code make the same module.
	Silent bool
}

// Material is what a scenario compiles into the client (port/scenario.h), or into
// a device's server.
type Material struct {
	Hostname    string
	Request     string
	Root        []byte // PEM (its final NUL is added here) or one DER certificate; empty: none
	RootIsDER   bool
	PSK         []byte
	PSKIdentity []byte
	Features    *Features       // nil: none
	DTLS        *DTLS           // nil: a stream
	SNTP        *SNTP           // nil: the clock is what it is
	Sample      *SampleSettings // of a Sample
	Serves      *Serves         // of a DeviceServer, which has Features and DTLS, and the rest in here
	// DebugLevel is the threshold of the library's debug messages, 0 to 4; nil:
	// they are not compiled in. The header has MBEDTLS_DEBUG_C with it.
	DebugLevel *int
	KeyLog     bool // the guest tells its secrets: emu.EventKeyLog
}

// Serves is what a device's server has compiled in: parameters laid out as
// port/params.h says.
type Serves struct {
	Params   []byte // with its certificates and keys in PEM, or
	ChainDER bool   // in DER
	Features bool   // Params ask for a client's certificate, or for resumption
	Plain    []byte // what is left of Params without TLS
}
