package metric

import "strings"

// Machine is where an image runs: one of Machines. A real board's may be followed by a
// colon and the path of its serial port: "serial:PATH".
type Machine string

// The machines.
const (
	WASM   Machine = "wasm"   // WebAssembly in this process
	QEMU   Machine = "qemu"   // the emulated board
	Serial Machine = "serial" // a real board on a serial line
)

// Machines are all of them.
var Machines = []Machine{WASM, QEMU, Serial}

// Kind returns the machine without its port.
func (m Machine) Kind() Machine {
	kind, _, _ := strings.Cut(string(m), ":")
	return Machine(kind)
}

// Port returns the path of a real board's serial port; "" if the machine has none.
func (m Machine) Port() string {
	_, port, _ := strings.Cut(string(m), ":")
	return port
}

// Phase is the name of one step of a run: "init", "server-hello", "app-read".
// Package emu lists them all.
type Phase string
