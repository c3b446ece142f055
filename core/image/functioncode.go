package image

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Relocations of Arm objects (ELF for the Arm Architecture, 2023Q1, 5.6.1) that
// fill in nothing, and those that fill in two bytes; all others fill in four.
var (
	fillNothing = []elf.R_ARM{elf.R_ARM_NONE, elf.R_ARM_V4BX}
	fillTwo     = []elf.R_ARM{elf.R_ARM_THM_PC8, elf.R_ARM_THM_JUMP6, elf.R_ARM_THM_JUMP8, elf.R_ARM_THM_JUMP11}
)

// CodeDigests are the digests of a Cortex-M object's functions by name: of their
// bytes, constants between them included, with those that the linker fills in
// set to zero. Functions of one digest execute the same instructions for the
// same work, wherever they are linked to.
func CodeDigests(object []byte) (map[string]string, error) {
	f, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	symbols, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	code := map[elf.SectionIndex][]byte{}
	for i, s := range f.Sections {
		if s.Flags&elf.SHF_EXECINSTR == 0 || s.Type != elf.SHT_PROGBITS || s.Size == 0 {
			continue
		}
		if code[elf.SectionIndex(i)], err = s.Data(); err != nil {
			return nil, fmt.Errorf("object: %s: %w", s.Name, err)
		}
	}
	for _, s := range f.Sections {
		if text := code[elf.SectionIndex(s.Info)]; s.Type == elf.SHT_REL && text != nil {
			if err := mask(f, s, text); err != nil {
				return nil, fmt.Errorf("object: %s: %w", s.Name, err)
			}
		}
	}
	all := map[string][]string{}
	for _, s := range symbols {
		text, at := code[s.Section], s.Value&^1
		if elf.ST_TYPE(s.Info) != elf.STT_FUNC || text == nil || s.Size == 0 {
			continue
		}
		if at+s.Size > uint64(len(text)) {
			return nil, fmt.Errorf("object: %s ends behind its section", s.Name)
		}
		sum := sha256.Sum256(text[at : at+s.Size])
		all[s.Name] = append(all[s.Name], hex.EncodeToString(sum[:8]))
	}
	digests := map[string]string{}
	for name, sums := range all {
		digests[name] = JoinDigests(sums...)
	}
	return digests, nil
}

// JoinDigests is of all functions of one name.
func JoinDigests(sums ...string) string {
	slices.Sort(sums)
	return strings.Join(sums, "+")
}

// mask sets to zero what the relocations of section rel fill in.
func mask(f *elf.File, rel *elf.Section, text []byte) error {
	const entryBytes = 8 // offset, then symbol << 8 | type
	entries, err := rel.Data()
	if err != nil {
		return err
	}
	for ; len(entries) >= entryBytes; entries = entries[entryBytes:] {
		at, kind := uint64(f.ByteOrder.Uint32(entries)), elf.R_ARM(f.ByteOrder.Uint32(entries[4:])&0xff)
		n := uint64(4)
		switch {
		case slices.Contains(fillNothing, kind):
			continue
		case slices.Contains(fillTwo, kind):
			n = 2
		}
		if at+n > uint64(len(text)) {
			return fmt.Errorf("relocation at %#x: behind the end", at)
		}
		clear(text[at : at+n])
	}
	return nil
}
