// Package image reads what is in a linked Cortex-M image and in its objects:
// sizes, frames and the call graph, digests of functions' code.
package image

import (
	"bytes"
	"cmp"
	"debug/elf"
	"fmt"
	"slices"
	"strings"

	"tlslab/boards"
	"tlslab/core"
)

// section sums of one ELF.
type sections struct {
	ro, rw, zi, reserved int64
	functions            map[string]int64
	data                 []core.Data
}

// kinds are the sections that the sums are of, by name.
var kinds = map[string]string{".text": "ro", ".rodata": "ro", ".data": "rw", ".bss": "zi"}

func readELF(image []byte) (*sections, error) {
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return nil, fmt.Errorf("linked image: %w", err)
	}
	defer f.Close()
	s := &sections{functions: map[string]int64{}}
	for _, sec := range f.Sections {
		if sec.Flags&elf.SHF_ALLOC == 0 {
			continue
		}
		switch sec.Name {
		case ".text", ".rodata":
			s.ro += int64(sec.Size)
		case ".data":
			s.rw += int64(sec.Size)
		case ".bss":
			s.zi += int64(sec.Size)
		case ".stack", ".arena":
			s.reserved += int64(sec.Size)
		default:
			if sec.Size != 0 {
				return nil, fmt.Errorf("linked image: section %s of %d bytes is in no region this lab counts", sec.Name, sec.Size)
			}
		}
	}
	syms, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("linked image: %w", err)
	}
	objects := map[core.Data]int64{} // bytes by name and section
	for _, sym := range syms {
		switch {
		case sym.Size == 0:
		case elf.ST_TYPE(sym.Info) == elf.STT_FUNC:
			s.functions[sym.Name] += int64(sym.Size)
		case elf.ST_TYPE(sym.Info) == elf.STT_OBJECT && int(sym.Section) < len(f.Sections):
			if kind := kinds[f.Sections[sym.Section].Name]; kind != "" {
				objects[core.Data{Name: sym.Name, Section: kind}] += int64(sym.Size)
			}
		}
	}
	for d, n := range objects {
		d.Bytes = n
		s.data = append(s.data, d)
	}
	slices.SortFunc(s.data, func(a, b core.Data) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Section, b.Section))
	})
	return s, nil
}

// Measure compares the image with TLS to the one without.
func Measure(full, empty []byte, board *boards.Board) (*core.Sizes, error) {
	f, err := readELF(full)
	if err != nil {
		return nil, err
	}
	e, err := readELF(empty)
	if err != nil {
		return nil, err
	}
	over := func(used int64, room uint64) int64 { return max(0, used-int64(room)) }
	return &core.Sizes{
		RO: f.ro - e.ro, RW: f.rw - e.rw, ZI: f.zi - e.zi,
		FlashOver: over(f.ro+f.rw, board.Flash().LengthBytes),
		RAMOver:   over(f.rw+f.zi+f.reserved, board.RAM().LengthBytes),
		Functions: f.functions, Data: f.data, Base: core.Base{RO: e.ro, RW: e.rw, ZI: e.zi},
	}, nil
}
