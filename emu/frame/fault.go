package frame

import (
	"fmt"
	"strings"

	"tlslab/emu"
)

// FaultReport is what a fault handler found (FAULT_WORDS of
// core/port/frame.h). PC, LR and PSR are 0 when the frame was lost, as after
// a stack overflow.
type FaultReport struct {
	Exception   uint32 // number: 3 HardFault, 4 MemManage, 5 BusFault, 6 UsageFault
	PC, LR, PSR uint32
	SP          uint32
	CFSR, HFSR  uint32
	MMFAR, BFAR uint32
}

// FaultError is a guest that took a fault.
type FaultError struct {
	Report FaultReport
	Where  string // the function of PC, where known
}

func (e *FaultError) Error() string {
	r := e.Report
	name := map[uint32]string{257: "undefined instruction", 259: "prefetch abort", 260: "data abort", 2: "NMI", 3: "HardFault", 4: "MemManage", 5: "BusFault", 6: "UsageFault", 7: "SecureFault"}[r.Exception]
	if name == "" {
		name = fmt.Sprintf("exception %d", r.Exception)
	}
	var b strings.Builder
	b.WriteString("fault: " + name)
	for _, w := range r.causes() {
		b.WriteString(", " + w)
	}
	if r.PC != 0 {
		fmt.Fprintf(&b, "; pc %#08x", r.PC)
		if e.Where != "" {
			b.WriteString(" in " + e.Where)
		}
		fmt.Fprintf(&b, ", lr %#08x", r.LR)
	} else {
		b.WriteString("; the stack was used up")
	}
	fmt.Fprintf(&b, ", sp %#08x, cfsr %#08x, hfsr %#08x", r.SP, r.CFSR, r.HFSR)
	return b.String()
}

// Unwrap makes a fault a guest's error.
func (e *FaultError) Unwrap() error { return &emu.GuestError{Reason: e.Error()} }

// causes names the bits of CFSR (ARMv7-M Architecture Reference Manual, B3.2.15).
func (r FaultReport) causes() []string {
	var out []string
	for _, c := range []struct {
		bit  uint
		what string
	}{
		{0, "no execution allowed there"}, {1, "no access allowed there"}, {4, "stacking failed"},
		{8, "instruction bus error"}, {9, "precise data bus error"}, {10, "imprecise data bus error"}, {12, "stacking failed"},
		{16, "undefined instruction"}, {17, "invalid state"}, {18, "invalid pc"}, {19, "no coprocessor"},
		{20, "stack limit passed"}, {24, "unaligned access"}, {25, "division by zero"},
	} {
		if r.CFSR>>c.bit&1 == 1 {
			out = append(out, c.what)
		}
	}
	switch {
	case r.CFSR>>7&1 == 1:
		out = append(out, fmt.Sprintf("at %#08x", r.MMFAR))
	case r.CFSR>>15&1 == 1:
		out = append(out, fmt.Sprintf("at %#08x", r.BFAR))
	}
	return out
}

func faultError(m *Message) error {
	w, err := words(m, 9)
	if err != nil {
		return err
	}
	return &FaultError{Report: FaultReport{Exception: w[0] & 0x1ff, PC: w[1], LR: w[2], PSR: w[3], SP: w[4],
		CFSR: w[5], HFSR: w[6], MMFAR: w[7], BFAR: w[8]}}
}
