package strict

import (
	"fmt"
	"slices"
	"strings"
)

// nearestMost is how many suggestions a person can take in.
const nearestMost = 3

// Nearest returns the known words closest to word, at most three, nearest
// first; words that share too little with it are left out, so the answer may
// be empty. A swap of two neighbouring letters counts as one slip.
func Nearest(word string, known []string) []string {
	type near struct {
		word string
		slip int
	}
	var found []near
	w := strings.ToLower(word)
	for _, k := range known {
		l := strings.ToLower(k)
		slip := distance(w, l)
		// A third of the longer word may differ, two letters in all but the
		// shortest; a word that begins with the other (a name typed in part) is
		// near whatever its length.
		longer := max(len(w), len(l))
		most := max(1, longer/3)
		if longer >= 5 {
			most = max(2, most)
		}
		if slip > most {
			if len(w) < 3 || !strings.HasPrefix(l, w) && !strings.HasPrefix(w, l) {
				continue
			}
		}
		if slip >= longer {
			continue
		}
		found = append(found, near{k, slip})
	}
	slices.SortStableFunc(found, func(a, b near) int {
		if a.slip != b.slip {
			return a.slip - b.slip
		}
		return strings.Compare(a.word, b.word)
	})
	var out []string
	for _, f := range found[:min(len(found), nearestMost)] {
		out = append(out, f.word)
	}
	return out
}

// distance is the edit distance with swaps of neighbours (optimal string
// alignment), over bytes: names are ASCII.
func distance(a, b string) int {
	prev2 := make([]int, len(b)+1)
	prev := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}

// UnknownError is a name that is not in a set of names.
type UnknownError struct {
	Kind    string   // "profile", "board", "scenario", "chain"
	Name    string   // as the person typed it
	Nearest []string // at most three known names, nearest first
	Known   []string // all of them, where none is near and they are few
}

// listedMost is how many names a line can hold.
const listedMost = 32

// Unknown makes the error for name, which is not among known.
func Unknown[Word ~string](kind string, name Word, known []Word) *UnknownError {
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	e := &UnknownError{Kind: kind, Name: string(name), Nearest: Nearest(string(name), words)}
	if len(e.Nearest) == 0 && len(known) <= listedMost {
		e.Known = slices.DeleteFunc(words, func(k string) bool { return k == "" })
	}
	return e
}

func (e *UnknownError) Error() string {
	s := fmt.Sprintf("%s %q: not known", e.Kind, e.Name)
	switch n := len(e.Nearest); n {
	case 0:
		if len(e.Known) > 0 {
			s += "; allowed: " + strings.Join(e.Known, ", ")
		}
		return s
	case 1:
		return s + "; did you mean " + e.Nearest[0] + "?"
	default:
		return s + "; did you mean " + strings.Join(e.Nearest[:n-1], ", ") + " or " + e.Nearest[n-1] + "?"
	}
}
