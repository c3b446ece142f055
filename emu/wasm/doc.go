// Package wasm is the machine that runs a guest as WebAssembly, in process
// under wazero, and counts exactly what it executes.
//
// [Meter] checks that a module is integer-only WebAssembly 1.0 with no imports
// but port.h's, and rewrites it: every instruction executed counts 1, the
// markers block, loop, else and end count 0, per function; a budget stops a
// runaway; the deepest shadow stack and the most of heap and stack at one
// instant are followed. [Machine.LoadFollowed] follows calls besides, in a run with
// the same counts. [Engine] compiles the result, [Program] starts guests
// with memory capped to the byte, [Guest] steps them, and snapshots go from
// one instance to another.
//
// Counts do not depend on the engine, the run, or the machine. They are held
// against wabt's interpreter opcode by opcode, against a reference interpreter
// function by function, and between wazero's compiler and interpreter.
//
// The budget is checked at loop heads and before calls, in the guest's own
// code, so it too stops at the same instruction everywhere; the guest may then
// have executed more than the budget by the straight-line code since the last
// check, with the small callees in it (see smallOps). A step that returns, or
// calls the host, is within the budget or ends in *emu.BudgetError.
//
// The package does not know TLS, time, wires or cycles; it does not decide what
// an event means or whether a run succeeded. It does not interrupt a step: only
// the budget bounds it. After a trap the count lacks what the functions on the
// call stack executed since they last handed in, the same in both engines;
// where the engine's own stack overflows depends on the engine.
//
// # Cost
//
// Time against the unmetered module, fastest of interleaved runs, wazero
// 1.12.0, x86-64, two cores (BenchmarkOverhead):
//
//	SHA-256 1.05   RSA-like modexp 1.09   P-256-like 1.06   fib 1.36
//	Mbed TLS 2.28.3, whole ECDHE-ECDSA handshake, both ends: 1.14 to 1.17
//
// A counter a function is a global each, and wazero reloads every mutable
// global after every call, dead code it then removes: compiling the handshake
// guest (694 functions, 279 KB) takes 230 ms instead of 70 ms, once, since
// the code is cached. Counters in linear memory in front of the guest's
// address 0 compiled in 1.3 times the plain module's time instead of 3, but
// ran at 1.22 to 1.27, because every load and store then carries a larger
// offset. Runs outnumber compilations, so globals it is.
package wasm
