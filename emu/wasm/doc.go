// Package wasm is the machine that runs a guest as WebAssembly, in process
// under wazero, and counts what it executes.
package wasm
