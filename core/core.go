// Package core turns a TLS library, a configuration header and a scenario's
// material into images: a WASM module to run and a linked Cortex-M ELF whose
// sizes are the code-size metric. It fetches and verifies sources, drives the
// compilers and caches their objects. It runs no image and knows no profile
// file: headers arrive rendered.
package core

import (
	"fmt"

	"tlslab/boards"
)

// Role says which program of core/port an image holds.
type Role string

const (
	Client Role = "client" // the measured guest, or the reference client
	Server Role = "server" // the reference server, told its parameters at run time
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

// program is the role's own file of core/port.
func (r Role) program() string {
	if r == DeviceServer {
		r = Server
	}
	return string(r) + ".c"
}

// emptyProgram is the file of the same program without TLS.
func (r Role) emptyProgram() string {
	if r == DeviceServer {
		return "server_empty.c"
	}
	return "client_empty.c"
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

// Image is a built Spec.
type Image struct {
	WASM     []byte            // the linked module, not yet metered
	Firmware []byte            // the ELF that runs on Spec.Firmware, symbols kept; nil without
	Digest   string            // hex SHA-256 of WASM
	Identity uint32            // what the firmware says it is; 0 without one
	Options  map[string]string // the macros asked for, as the compiler sees them; the guest must report the same
	Sizes    *Sizes            // nil when Spec.Board is nil
	Frames   map[string]Frame  // of Firmware's functions; nil without
	Code     map[string]string // of Firmware's functions: digests of their code wherever it is linked to; nil without and with -flto
}

// BuildError says a configuration does not build: the library's own message.
type BuildError struct {
	What   string // "check_config.h: MBEDTLS_GCM_C defined, but not all prerequisites"
	Option string // the option the message names, "" when it names none
	Output string // the tool's whole output, bounded
}

// IncludeError says that a configuration header includes a file that is
// nowhere: what it would say is not known.
type IncludeError struct {
	At   string // "config header:12", "sdkconfig.h:3"
	Name string
}

func (e *IncludeError) Error() string {
	return fmt.Sprintf("%s: includes %q, which is not there: put it, or an empty file of this name, beside the header, or name its directory in header_dirs", e.At, e.Name)
}

func (e *BuildError) Error() string { return e.What }

// ToolError says a tool is missing or failed in a way no configuration explains.
type ToolError struct {
	Tool    string
	Install string // command that installs it, "" when the tool is there
	Err     error
	Output  string
}

func (e *ToolError) Error() string {
	if e.Install != "" {
		return e.Tool + ": not found; install it with: " + e.Install
	}
	return e.Tool + ": " + e.Err.Error()
}

func (e *ToolError) Unwrap() error { return e.Err }
