package compare

import (
	"slices"
	"strings"

	"tlslab/bench/results"
)

// families are the metrics that move together because they count one thing,
// in the order they are shown in. Phases and functions have the family's
// metrics too, under these names, and so explain a change of the case's.
var families = [][]string{
	{results.HandshakeOps, results.WasmOps},
	{results.HandshakeInsns, results.Insns},
	{results.HandshakeCycles, results.Cycles},
	{results.EstHandshakeCycles, results.EstCycles, results.EstHandshakeUS, results.EstTicks},
	{results.HeapPeak, results.HeapMin},
	{results.Allocs},
	{results.StackPeak, results.PaintedStack, results.StackFrames, results.StackBound},
	{results.ShadowStackPeak},
	{results.RAMPeak, results.EstRAMPeak, results.RAMOver},
	{results.Flash, results.ROM, results.RO, results.FlashOver, results.Code},
	{results.RW, results.ZI, results.Static},
	{results.FlashReads},
	{results.Wire, results.Flights},
	{results.TimeSyncUS},
	{results.HandshakeWireUS, results.HandshakeFlights, results.Retransmits, results.Datagrams, results.LostDatagrams},
}

// family is the place of a metric's family, and its own place in it; one that
// is not listed is the last and its own.
func family(metric string) (which, place int) {
	for i, f := range families {
		if j := slices.Index(f, metric); j >= 0 {
			return i, j
		}
	}
	return len(families), 0
}

// Order sorts metrics as they are shown: by family, and by name where they
// are not known.
func Order(a, b string) int {
	fa, pa := family(a)
	fb, pb := family(b)
	switch {
	case fa != fb:
		return fa - fb
	case pa != pb:
		return pa - pb
	}
	return strings.Compare(a, b)
}

// lead names a metric's family: its first metric.
func lead(metric string) string {
	if i, _ := family(metric); i < len(families) {
		return families[i][0]
	}
	return metric
}

// Estimate reports whether a metric is a model's, not a count.
func Estimate(metric string) bool { return strings.HasPrefix(metric, "est-") }

// Adds reports whether the differences of a metric's parts make up the
// whole's: those of peaks don't.
func Adds(metric string) bool { return !strings.HasSuffix(metric, "-peak-B") }
