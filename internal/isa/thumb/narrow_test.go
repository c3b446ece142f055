package thumb

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every 16-bit instruction but it, against objdump.
func TestOracleNarrow(t *testing.T) {
	need(t)
	source := filepath.Join(t.TempDir(), "narrow.s")
	f, err := os.Create(source)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "\t.syntax unified\n\t.thumb\n\t.globl _start\n\t.thumb_func\n_start:")
	for op := range 0xe800 {
		if op>>8 == 0xbf && op&15 != 0 {
			continue
		}
		fmt.Fprintf(w, "\t.inst.n %#x\n", op)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	g := target{"narrow", []string{"-mcpu=cortex-m33"}, "-O0", nil}
	path := link(t, g, source)
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Load(image)
	if err != nil {
		t.Fatal(err)
	}
	bad := 0
	for _, l := range disassemble(t, g, path) {
		inst, ok := p.At(l.addr)
		if !ok {
			t.Fatalf("%#x: no instruction", l.addr)
		}
		if inst.Class == Unknown || strings.HasPrefix(l.mnemonic, "@") || forbidden(l) {
			if refused := inst.Class == Unknown; refused != (strings.HasPrefix(l.mnemonic, "@") || forbidden(l)) {
				t.Errorf("%#x: %s %s: class %v", l.addr, l.mnemonic, l.operands, inst.Class)
				bad++
			}
		} else if err := disagree(l, inst); err != nil {
			t.Errorf("%#x: %s %s: %v", l.addr, l.mnemonic, l.operands, err)
			bad++
		}
		if bad > 20 {
			t.Fatal("too many")
		}
	}
}

// forbidden are encodings that objdump prints and a Cortex-M does not have.
func forbidden(l line) bool {
	switch l.mnemonic {
	case "setend", "hlt", "setpan":
		return true
	case "bx", "bxns", "blx", "blxns": // unpredictable: to pc, or with low bits set
		return l.operands == "pc" || l.op&3 != 0
	case "cpsie", "cpsid": // of nothing
		return l.op&7 == 0
	case "ldmia", "stmia", "push", "pop":
		return listed(l.operands) == 0
	}
	return false
}
