package emu

import (
	"fmt"

	"tlslab/internal/quantity"
)

// ClockSync is how a guest's try to set its calendar clock over the network
// came out.
type ClockSync struct {
	Set      bool
	Requests uint32
	Refused  uint32 // answers that were not taken
	Reason   uint32 // why the last of these was not (ClockRefusals); 0 for none
	OffsetS  int64  // what it is ahead of the guest's own clock
}

// ClockRefusals are the reasons of port.h (enum tlslab_clock_refusal) by number.
var ClockRefusals = []string{"", "length", "originate", "mode", "version", "kiss", "unsynchronised", "zero", "delay"}

func newClockSync(w []uint32) *ClockSync {
	return &ClockSync{Set: w[0] != 0, Requests: w[1], Refused: w[2], Reason: w[3], OffsetS: int64(uint64(w[5])<<32 | uint64(w[4]))}
}

// String says it for people.
func (c *ClockSync) String() string {
	text := fmt.Sprintf("requests to the time server: %d", c.Requests)
	if c.Refused > 0 {
		reason := fmt.Sprint(c.Reason)
		if int(c.Reason) < len(ClockRefusals) {
			reason = ClockRefusals[c.Reason]
		}
		text += fmt.Sprintf(", answers refused: %d (the last: %s)", c.Refused, reason)
	}
	switch {
	case c.Set:
		return fmt.Sprintf("the clock was moved by %s; %s", quantity.Seconds(c.OffsetS), text)
	case c.Refused == 0:
		text += ", no answer"
	}
	return "the clock was not set; " + text
}
