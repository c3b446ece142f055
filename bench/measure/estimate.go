package measure

import (
	"fmt"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/boards"
	"tlslab/emu"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// cyclesOf rounds 1/1000 cycles up.
func cyclesOf(milli uint64) int64 { return int64((milli + 999) / 1000) }

// estimates turns a run's cycles, and the handshake's, into the board's time.
// Nothing is estimated where the core has no timing model.
func estimates(m map[string]int64, run, handshake uint64, board *boards.Board) {
	if run == 0 {
		return
	}
	c := cyclesOf(handshake)
	m[metric.EstCycles], m[metric.EstHandshakeCycles] = cyclesOf(run), c
	m[metric.EstHandshakeUS] = EstMicroseconds(handshake, board)
	m[metric.EstTicks] = per(c, board.RTOSTickHz, board.ClockHz)
}

// EstMicroseconds is 1/1000 cycles in time of the board, rounded up.
func EstMicroseconds(milliCycles uint64, board *boards.Board) int64 {
	return per(cyclesOf(milliCycles), 1_000_000, board.ClockHz)
}

// per is cycles at clockHz in units of 1/hz second, rounded up: a tick begun
// is a tick.
func per(cycles, hz, clockHz int64) int64 {
	whole, rest := cycles/clockHz, cycles%clockHz
	return whole*hz + (rest*hz+clockHz-1)/clockHz
}

// tooBig marks a case whose image the board can't hold. Firmware for a machine
// is not run then: what would it say of the board?
func tooBig(c *results.Case, machine emu.Machine) bool {
	if _, ok := machine.(lab.Linked); !ok {
		return false
	}
	flash, ram := c.Metrics[metric.FlashOver], c.Metrics[metric.RAMOver]
	switch {
	case flash > 0:
		c.Outcome, c.Detail = lab.OutcomeFlash, fmt.Sprintf("the image exceeds the board's flash by %s", quantity.Bytes(flash))
	case ram > 0:
		c.Outcome, c.Detail = lab.OutcomeRAM, fmt.Sprintf("static data, stack and heap exceed the board's RAM by %s", quantity.Bytes(ram))
	default:
		return false
	}
	c.Phase, c.Warnings = "link", nil
	return true
}
