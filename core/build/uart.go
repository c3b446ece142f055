package build

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"tlslab/boards"
	"tlslab/core"
)

const (
	// A packet is sent again after this long without an answer, beside the time
	// that packets themselves take: a USB adapter holds bytes for 16 ms, each way.
	uartTimeoutMS = 100
	// packetBits is what a packet of LINK_PACKET bytes takes at least on the
	// line, ten bits a byte; two travel, one is spare.
	packetBits = 3 * 10 * 137
	// pollCycles is what a poll of link_wait takes about: two loads from a
	// peripheral, the counter, the loop.
	pollCycles = 24
)

// uartPolls is how many polls a timeout is. A board that runs slower than its
// clock, as before its PLL is set up, waits longer for it.
func uartPolls(u *boards.UART, clockHz int64) int64 {
	ms := uartTimeoutMS + 1000*packetBits/int64(u.Baud)
	return max(1, ms*(clockHz/1000)/pollCycles)
}

// uartC is the C file behind port/link_uart.h.
func uartC(t *core.Target, clockHz int64) ([]byte, error) {
	u := t.UART
	if u == nil {
		return nil, fmt.Errorf("serial port: the board's file has none ([uart])")
	}
	if u.Baud <= 0 {
		return nil, fmt.Errorf("serial port %s: baud %d", u.Name, u.Baud)
	}
	reg, err := register(u.WidthBits)
	if err != nil {
		return nil, fmt.Errorf("serial port %s: %w", u.Name, err)
	}
	var b bytes.Buffer
	b.WriteString("#include \"link_uart.h\"\n")
	fmt.Fprintf(&b, "const uint32_t link_uart_polls = %du;\n", uartPolls(u, clockHz))
	if err := pokes(&b, "link_uart_open", u.Init); err != nil {
		return nil, fmt.Errorf("serial port %s: %w", u.Name, err)
	}
	fmt.Fprintf(&b, "int32_t link_uart_put(uint8_t byte)\n{\n    if ((%s & %#xu) != %#xu) {\n        return 0;\n    }\n    %s = byte;\n    return 1;\n}\n",
		reg(u.TXStatus), u.TXMask, u.TXValue, reg(u.TXData))
	fmt.Fprintf(&b, "int32_t link_uart_get(void)\n{\n    if ((%s & %#xu) != %#xu) {\n        return -1;\n    }\n    return (int32_t) (%s & 0xffu);\n}\n",
		reg(u.RXStatus), u.RXMask, u.RXValue, reg(u.RXData))
	counter, now := []boards.Poke(nil), "0"
	if t.Counter != nil {
		counter = t.Counter.Init
		word, _ := register(32)
		now = word(t.Counter.Address)
	}
	if err := pokes(&b, "link_uart_count", counter); err != nil {
		return nil, fmt.Errorf("cycle counter: %w", err)
	}
	fmt.Fprintf(&b, "uint32_t link_uart_cycles(void)\n{\n    return %s;\n}\n", now)
	return b.Bytes(), nil
}

// register makes C of an address, for accesses of a width.
func register(bits int) (func(address uint32) string, error) {
	if bits != 8 && bits != 16 && bits != 32 {
		return nil, fmt.Errorf("width of %d bits: not 8, 16 or 32", bits)
	}
	return func(a uint32) string { return fmt.Sprintf("*(volatile uint%d_t *) %#xu", bits, a) }, nil
}

// pokes makes a C function of a peripheral's set-up.
func pokes(b *bytes.Buffer, name string, all []boards.Poke) error {
	fmt.Fprintf(b, "void %s(void)\n{\n", name)
	for _, p := range all {
		bits := p.WidthBits
		if bits == 0 {
			bits = 32
		}
		reg, err := register(bits)
		if err != nil {
			return fmt.Errorf("%s: %w", p.What, err)
		}
		r := reg(p.Address)
		switch {
		case p.Wait:
			fmt.Fprintf(b, "    while ((%s & %#xu) != %#xu) {\n    }\n", r, p.Mask, p.Value)
		case p.Mask != 0:
			fmt.Fprintf(b, "    %s = (uint%d_t) ((%s & ~%#xu) | %#xu);\n", r, bits, r, p.Mask, p.Value)
		default:
			fmt.Fprintf(b, "    %s = %#xu;\n", r, p.Value)
		}
	}
	b.WriteString("}\n")
	return nil
}

// identity numbers firmware by what it is linked from. It is never 0.
func (b *Builder) identity(t target, objects []string, script []byte) uint32 {
	// No digests of tools' files: firmware is the same on every machine.
	in := linkInputs{Linker: compiler{Versions: b.compiler(t.cc).Versions}, Args: armLinkArgs("", "", t.flags), Script: script, Objects: contents(objects)}
	sum, _ := hex.DecodeString(identities.Key(in))
	return binary.LittleEndian.Uint32(sum) | 1
}

func identityC(id uint32) []byte {
	return fmt.Appendf(nil, "#include <stdint.h>\nconst uint32_t link_identity = %#xu;\n", id)
}
