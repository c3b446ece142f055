package core

import (
	"fmt"
	"slices"

	"tlslab/boards"
)

// Target is where firmware runs: the memories of an emulated machine, or of
// the board itself, and how it speaks to the host.
type Target struct {
	Code, Data boards.Region
	Link       string       // LinkSemihost or LinkUART
	UART       *boards.UART // of LinkUART
	Counter    *Counter     // of LinkUART: what counts cycles; nil for nothing
}

// The ways firmware speaks to its host (port/link_*.c).
const (
	LinkSemihost = "semihost"
	LinkUART     = "uart"
)

// BoardTarget is a board itself, over its serial port. The error says what the
// board's file lacks.
func BoardTarget(b *boards.Board) (*Target, error) {
	if b.UART == nil {
		return nil, fmt.Errorf("board %s: has no [uart]: firmware for it would have nothing to speak through", b.Name)
	}
	return &Target{Code: b.Flash(), Data: b.RAM(), Link: LinkUART, UART: b.UART, Counter: DWT(b.CPU)}, nil
}

// Counter is a free-running 32-bit count of CPU cycles that a guest can read.
type Counter struct {
	Address uint32
	Init    []boards.Poke // what starts it
}

// dwtCPUs have the cycle counter of the Data Watchpoint and Trace unit, which
// ARMv6-M and ARMv8-M Baseline do not (Armv8-M Architecture Reference Manual,
// B12.1).
var dwtCPUs = []string{"cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"}

// DWT is a CPU's own counter of cycles, nil where it has none.
func DWT(cpu string) *Counter {
	if !slices.Contains(dwtCPUs, cpu) {
		return nil
	}
	c := &Counter{Address: 0xe0001004, Init: []boards.Poke{
		{Address: 0xe000edfc, Value: 1 << 24, Mask: 1 << 24, What: "DEMCR: TRCENA"}}}
	if cpu == "cortex-m7" {
		c.Init = append(c.Init, boards.Poke{Address: 0xe0001fb0, Value: 0xc5acce55, What: "DWT_LAR: unlocked (Cortex-M7 TRM, CoreSight lock)"})
	}
	c.Init = append(c.Init, boards.Poke{Address: 0xe0001000, Value: 1, Mask: 1, What: "DWT_CTRL: CYCCNTENA"})
	return c
}
