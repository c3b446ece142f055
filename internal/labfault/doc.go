// Package labfault holds the tests of the lab's own failures: each call site of
// the tool that opens, reads, writes, renames or removes a file, reads a pipe or
// starts a program fails once, in each way it can. What is asked of the tool then
// is that it prints no wrong number, that nothing half-written is read as whole
// by the next run, that no process is left behind, and that the error is named.
//
// The sites are not listed anywhere. The tool is built with Go's own package os
// extended by testdata/hook.go.txt (go build -overlay): in a run that is not
// disturbed it writes down each call site it passes, and in the others it fails
// at one of them. So a site that somebody adds is tried by itself.
//
// Without -faults a seeded few are tried. It takes minutes, so it is asked for:
//
//	go test -tags labfault ./internal/labfault -timeout 3h -faults=0 -v
//
// Guests' faults (memory, wire, entropy) are bench/study/fault's; this package is about
// the host.
package labfault
