package measure

import (
	"testing"

	"tlslab/bench/labtest"
	"tlslab/emu/wasm"
)

// openBench is openLab for measuring.
func openBench(t testing.TB, kind wasm.Kind) *Bench {
	t.Helper()
	return &Bench{Lab: labtest.Open(t, kind)}
}

// openNewerBench is openNewerLab for measuring.
func openNewerBench(t *testing.T) (l, newer *Bench) {
	t.Helper()
	a, b := labtest.OpenNewer(t)
	return &Bench{Lab: a}, &Bench{Lab: b}
}
