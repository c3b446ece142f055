package core

import (
	"fmt"

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

// linkPrograms are the port's files of a target's link.
func (t *Target) linkPrograms() []string {
	if t.Link == LinkUART {
		return []string{"link_uart.c", "link_packet.c"}
	}
	return []string{"link_semihost.c"}
}
