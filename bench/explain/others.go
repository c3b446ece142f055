package explain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tlslab/core"
)

// otherFile has the words of each pinned release that another one lacks, so that
// a number or a name is explained whichever release it came from. A test compares
// it with the releases' own headers; -update writes it.
const otherFile = "data/others.txt"

// release is a version without its last part, as the file has it: "2.28".
func release(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// parseOthers reads the file.
func parseOthers(text string) ([]Entry, error) {
	var all []Entry
	for i, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		f := strings.Split(l, "\t")
		if len(f) != 6 {
			return nil, fmt.Errorf("bench/explain/%s:%d: %d fields, want 6", otherFile, i+1, len(f))
		}
		v, err := strconv.ParseUint(f[2], 0, 32)
		if err != nil {
			return nil, fmt.Errorf("bench/explain/%s:%d: %w", otherFile, i+1, err)
		}
		all = append(all, Entry{Core: f[0], Word: core.ErrorWord{Kind: core.WordKind(f[1]), Value: uint32(v), Name: f[3], Header: f[4], Says: f[5]}})
	}
	return all, nil
}

// others are the words of other releases that a dictionary's own core lacks.
func others(d *Dictionary, all map[string]Advice) ([]Entry, error) {
	text, err := files.ReadFile(otherFile)
	if err != nil {
		return nil, err
	}
	known, err := parseOthers(string(text))
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, e := range known {
		has := slices.ContainsFunc(d.entries, func(own Entry) bool {
			return own.Word.Kind == e.Word.Kind && own.Word.Name == e.Word.Name && own.Word.Value == e.Word.Value
		})
		if !has && e.Core != release(d.Version) {
			e.Advice = all[d.Short(e.Word)]
			out = append(out, e)
		}
	}
	return out, nil
}

// lowBits are those of a code that a low-level module sets (mbedtls/error.h).
const lowBits = 0x7f

// elsewhere are the errors that another release means by a number, or by a part of
// a sum that own does not explain already.
func (d *Dictionary) elsewhere(v uint32, own []Entry) []Entry {
	parts := []uint32{v}
	if v > lowBits && v&lowBits != 0 {
		parts = []uint32{v &^ lowBits, v & lowBits}
	}
	var found []Entry
	explained := 0
	for _, part := range parts {
		there := slices.ContainsFunc(own, func(e Entry) bool { return e.Word.Value == part })
		for _, e := range d.others {
			if e.Word.Kind == core.ErrorCode && e.Word.Value == part {
				found = append(found, e)
				there = true
			}
		}
		if there {
			explained++
		}
	}
	if explained < len(parts) {
		return nil // half a sum says nothing
	}
	return found
}
