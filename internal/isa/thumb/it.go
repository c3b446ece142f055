package thumb

// ITState is the state of an IT block between two instructions, as the
// architecture's ITSTATE (ARMv7-M Architecture Reference Manual, A7.3.3). The
// zero value is outside a block.
type ITState struct{ bits uint8 }

// start begins the block that an IT instruction's low byte describes.
func (s *ITState) start(firstCondMask uint8) { s.bits = firstCondMask }

// Active says that the next instruction is in a block.
func (s ITState) Active() bool { return s.bits&0xf != 0 }

// advance goes one instruction on.
func (s *ITState) advance() {
	if s.bits&7 == 0 {
		s.bits = 0
		return
	}
	s.bits = s.bits&0xe0 | s.bits<<1&0x1f
}
