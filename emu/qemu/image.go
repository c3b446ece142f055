package qemu

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"slices"

	"tlslab/emu"
	"tlslab/internal/isa/thumb"
)

// image is what the machine knows of a firmware before it runs.
type image struct {
	program                         *thumb.Program
	base                            uint32 // of the table
	halfwords                       uint64
	table                           []byte
	romLow, romHigh                 uint32
	stackTop, stackBottom, arenaLow uint32
	arenaStart                      uint32              // ALIGNed, as arena_init does
	loads                           []uint64            // halfwords of the instructions whose reads are watched
	harness                         []bool              // by function: the lab's own, not counted as the guest's
	openings                        map[int]emu.Opening // by function: those that open a phase
}

// arenaAlign is ALIGN of core/port/arena.c.
const arenaAlign = 8

// readImage takes a linked firmware apart. Errors say what the image lacks.
func readImage(img emu.Image) (*image, error) {
	program, err := thumb.Load(img.Firmware)
	if err != nil {
		return nil, fmt.Errorf("firmware: %w", err)
	}
	f, err := elf.NewFile(bytes.NewReader(img.Firmware))
	if err != nil {
		return nil, fmt.Errorf("firmware: %w", err)
	}
	im := &image{program: program, openings: map[int]emu.Opening{}}
	if err := im.symbols(f); err != nil {
		return nil, err
	}
	im.rom(f)
	if len(program.Insts) == 0 {
		return nil, fmt.Errorf("firmware: has no code")
	}
	last := program.Insts[len(program.Insts)-1]
	im.base = program.Insts[0].Addr
	im.halfwords = uint64(last.Addr-im.base)/2 + uint64(last.Len)/2
	im.table = make([]byte, im.halfwords*entryBytes)
	marks, err := im.heapMarks()
	if err != nil {
		return nil, err
	}
	im.harness = make([]bool, len(program.Functions))
	for i, fn := range program.Functions {
		im.harness[i] = emu.Harness(fn.Name)
		if k := slices.IndexFunc(img.Openings, func(o emu.Opening) bool { return o.Function == fn.Name }); k >= 0 {
			im.openings[i] = img.Openings[k]
		}
	}
	for i := range program.Insts {
		in := &program.Insts[i]
		function, ok := program.FunctionAt(in.Addr)
		if !ok {
			function = -1
		}
		flags := marks[in.Addr]
		if function >= 0 && im.harness[function] {
			flags |= fHarness
		}
		if function >= 0 && slices.Contains(img.Apart, program.Functions[function].Name) {
			flags |= fSplit
		}
		if _, opens := im.openings[function]; opens && in.Addr == program.Functions[function].Start {
			flags |= fOpens
		}
		e := entry(in, function, flags)
		at := uint64(in.Addr-im.base) / 2
		copy(im.table[at*entryBytes:], e[:])
		if e[6]&fRead != 0 {
			im.loads = append(im.loads, at)
		}
	}
	return im, nil
}

func (im *image) symbols(f *elf.File) error {
	symbols, err := f.Symbols()
	if err != nil {
		return fmt.Errorf("firmware: %w", err)
	}
	want := map[string]*uint32{"__stack_top": &im.stackTop, "__stack_bottom": &im.stackBottom, "__arena_start": &im.arenaLow}
	for _, s := range symbols {
		if p := want[s.Name]; p != nil {
			*p = uint32(s.Value)
			delete(want, s.Name)
		}
	}
	for name := range want {
		return fmt.Errorf("firmware: has no symbol %s", name)
	}
	im.arenaStart = (im.arenaLow + arenaAlign - 1) &^ (arenaAlign - 1)
	return nil
}

// rom finds the range of the image that is in flash: what is loaded at its own
// address.
func (im *image) rom(f *elf.File) {
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Flags&elf.SHF_WRITE != 0 || s.Type != elf.SHT_PROGBITS || s.Size == 0 {
			continue
		}
		low, high := uint32(s.Addr), uint32(s.Addr+s.Size)
		if im.romHigh == 0 || low < im.romLow {
			im.romLow = low
		}
		im.romHigh = max(im.romHigh, high)
	}
}

// heapMarks finds the two loads of tlslab_heap_mark (core/port/arena.c) that
// tell of the heap.
func (im *image) heapMarks() (map[uint32]uint16, error) {
	marks := map[uint32]uint16{}
	found := false
	for _, fn := range im.program.Functions {
		if fn.Name != "tlslab_heap_mark" {
			continue
		}
		found = true
		flags := []uint16{fMarkBlock, fMarkLive}
		for at := fn.Start; at < fn.End; {
			in, ok := im.program.At(at)
			if !ok {
				break
			}
			if in.Class == thumb.LoadOne && len(flags) > 0 {
				marks[at], flags = flags[0], flags[1:]
			}
			at += uint32(in.Len)
		}
	}
	if found && len(marks) != 2 { // without any, nothing allocates
		return nil, fmt.Errorf("firmware: tlslab_heap_mark is not there as written: heap and stack can't be added at one instant")
	}
	return marks, nil
}

// functionOf is the function a table entry belongs to, -1 for none.
func (im *image) functionOf(halfword uint64) int {
	return int(binary.LittleEndian.Uint16(im.table[halfword*entryBytes+4:])) - 1
}

// nameAt is the name of the function at an address, "" for none.
func (im *image) nameAt(addr uint32) string {
	if i, ok := im.program.FunctionAt(addr); ok {
		return im.program.Functions[i].Name
	}
	return ""
}
