package metric

import "strings"

// Machine is where an image runs: one of Machines. That of a real board may say
// after a colon where the board is: "serial:PATH".
type Machine string

// The machines.
const (
	WASM   Machine = "wasm"   // WebAssembly in this process
	QEMU   Machine = "qemu"   // the emulated board
	Serial Machine = "serial" // a real board on a serial line
)

// Machines are all of them.
var Machines = []Machine{WASM, QEMU, Serial}

// Kind is the machine without where it is.
func (m Machine) Kind() Machine {
	kind, _, _ := strings.Cut(string(m), ":")
	return Machine(kind)
}

// Port is where a real board is; "" where the machine does not say.
func (m Machine) Port() string {
	_, port, _ := strings.Cut(string(m), ":")
	return port
}

// Phase is the name of one step of a run: "init", "server-hello", "app-read".
// Package emu lists those there are.
type Phase string
