package thumb

import (
	"bytes"
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// imageMost bounds what Load reads; the largest flash of a board is 64 MiB,
// and debugging information comes on top.
const imageMost = 512 << 20 // bytes

// Load reads the code of a linked 32-bit ARM image. The mapping symbols that
// assemblers leave ($t code, $d data; ELF for the Arm Architecture, 5.5.5) say
// which bytes are instructions, so an image stripped of symbols is refused.
func Load(image []byte) (*Program, error) {
	if len(image) > imageMost {
		return nil, fmt.Errorf("image of %d bytes: over %d", len(image), imageMost)
	}
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	if f.Machine != elf.EM_ARM || f.Class != elf.ELFCLASS32 || f.Data != elf.ELFDATA2LSB || f.Type != elf.ET_EXEC {
		return nil, fmt.Errorf("image: %v %v %v %v: no linked little-endian 32-bit ARM program", f.Machine, f.Class, f.Data, f.Type)
	}
	symbols, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	sections := codeSections(f)
	p := new(Program)
	for i, s := range sections {
		if i > 0 && sections[i-1].Addr+sections[i-1].Size > s.Addr {
			return nil, fmt.Errorf("image: sections %s and %s overlap", sections[i-1].Name, s.Name)
		}
		if s.Addr+s.Size > 1<<32 || s.Size > uint64(len(image)) || s.Flags&elf.SHF_COMPRESSED != 0 {
			return nil, fmt.Errorf("image: section %s: %d bytes at %#x", s.Name, s.Size, s.Addr)
		}
		code, err := s.Data()
		if err != nil {
			return nil, fmt.Errorf("image: section %s: %w", s.Name, err)
		}
		p.decodeSection(code, uint32(s.Addr), mapping(symbols, f, s))
	}
	if len(p.Insts) == 0 {
		return nil, errors.New("image: no Thumb code marked by $t symbols")
	}
	p.Base = p.Insts[0].Addr
	p.Functions = functions(symbols, f, sections)
	p.markReturns()
	return p, nil
}

// codeSections are the sections with instructions, by address.
func codeSections(f *elf.File) []*elf.Section {
	var list []*elf.Section
	for _, s := range f.Sections {
		if s.Type == elf.SHT_PROGBITS && s.Flags&elf.SHF_ALLOC != 0 && s.Flags&elf.SHF_EXECINSTR != 0 && s.Size > 0 {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *elf.Section) int { return cmp.Compare(a.Addr, b.Addr) })
	return list
}

// inSection says that a symbol's value lies in s.
func inSection(sym elf.Symbol, f *elf.File, s *elf.Section) bool {
	i := int(sym.Section)
	return i < len(f.Sections) && f.Sections[i] == s && sym.Value >= s.Addr && sym.Value < s.Addr+s.Size
}

// mark is a place where code begins or ends.
type mark struct {
	addr uint32
	code bool
}

// mapping returns the mapping symbols of a section, by address; of several at
// one address the last counts.
func mapping(symbols []elf.Symbol, f *elf.File, s *elf.Section) []mark {
	var marks []mark
	for _, sym := range symbols {
		name, _, _ := strings.Cut(sym.Name, ".")
		if elf.ST_TYPE(sym.Info) != elf.STT_NOTYPE || !inSection(sym, f, s) {
			continue
		}
		switch name {
		case "$t", "$d", "$a":
			marks = append(marks, mark{uint32(sym.Value) &^ 1, name == "$t"})
		}
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(a.addr, b.addr) })
	return marks
}

// decodeSection decodes what the marks say is code.
func (p *Program) decodeSection(code []byte, addr uint32, marks []mark) {
	end := uint64(addr) + uint64(len(code))
	for i, m := range marks {
		stop := end
		if i+1 < len(marks) {
			stop = uint64(marks[i+1].addr)
		}
		if m.code && m.addr >= addr && uint64(m.addr) < stop {
			p.decodeRange(code[m.addr-addr:stop-uint64(addr)], m.addr)
		}
	}
}

// functions returns the function symbols of the code sections. Of several at
// one address the global one counts, then the first by name; one without a
// size, as assembly has them, and one that runs into the next, end where the
// next begins.
func functions(symbols []elf.Symbol, f *elf.File, sections []*elf.Section) []Function {
	type candidate struct {
		Function
		local bool
	}
	var list []candidate
	for _, s := range sections {
		for _, sym := range symbols {
			if elf.ST_TYPE(sym.Info) != elf.STT_FUNC || !inSection(sym, f, s) {
				continue
			}
			start := sym.Value &^ 1
			end := start + sym.Size
			if sym.Size == 0 || end > s.Addr+s.Size {
				end = s.Addr + s.Size
			}
			end = min(end, 1<<32-1)
			list = append(list, candidate{Function{sym.Name, uint32(start), uint32(end)}, elf.ST_BIND(sym.Info) == elf.STB_LOCAL})
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		local := func(c candidate) int {
			if c.local {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(a.Start, b.Start), local(a)-local(b), cmp.Compare(a.Name, b.Name))
	})
	var out []Function
	for _, c := range list {
		if n := len(out); n > 0 {
			if out[n-1].Start == c.Start {
				continue
			}
			out[n-1].End = min(out[n-1].End, c.Start)
		}
		if c.End > c.Start {
			out = append(out, c.Function)
		}
	}
	return out
}
