package pprof

import (
	"cmp"
	"slices"
)

// Share is a part of a run.
type Share struct {
	Name        string
	Ops         uint64
	MilliCycles uint64
}

// rest is the share of what belongs to no part.
const rest = "rest of the guest"

// Parts returns the shares of a library's parts in the given phases, largest first. part
// gives a function's part (core.Library.Part). A function of no part counts for its
// caller. Bignum called by RSA or ECP counts as bignum: the table says what was executed,
// not for which purpose.
func Parts(phases []Phase, part func(function string) string) []Share {
	byName := map[string]*Share{}
	add := func(name string, ops, milli uint64) {
		if name == "" {
			name = rest
		}
		s := byName[name]
		if s == nil {
			s = &Share{Name: name}
			byName[name] = s
		}
		s.Ops += ops
		s.MilliCycles += milli
	}
	for _, ph := range phases {
		if ph.Calls == nil {
			for name, f := range ph.Functions {
				add(part(name), f.Ops, f.MilliCycles)
			}
			continue
		}
		owner := make([]string, len(ph.Calls))
		for i, c := range ph.Calls {
			if !inGuest(ph.Calls, i) {
				continue
			}
			if owner[i] = part(c.Function); owner[i] == "" {
				owner[i] = owner[c.Parent]
			}
			if c.Ops > 0 {
				add(owner[i], c.Ops, c.MilliCycles)
			}
		}
	}
	return sorted(byName)
}

// Certificates are the shares of the signatures and certificates of a run, in
// the order they came: what each parse and each verification took with all
// that it called.
func Certificates(phases []Phase) []Share {
	var out []Share
	for _, ph := range phases {
		top := make([]string, len(ph.Calls)) // the split call that a call is below
		byName := map[string]*Share{}
		var order []string
		for i, c := range ph.Calls {
			if i == 0 {
				continue
			}
			if top[i] = top[c.Parent]; top[i] == "" && c.Which > 0 {
				top[i] = string(ph.Name+": ") + callName(&ph.Calls[i])
			}
			if top[i] == "" || !inGuest(ph.Calls, i) || c.Ops == 0 {
				continue
			}
			s := byName[top[i]]
			if s == nil {
				s = &Share{Name: top[i]}
				byName[top[i]] = s
				order = append(order, top[i])
			}
			s.Ops += c.Ops
			s.MilliCycles += c.MilliCycles
		}
		for _, name := range order {
			out = append(out, *byName[name])
		}
	}
	return out
}

func sorted(byName map[string]*Share) []Share {
	var out []Share
	for _, s := range byName {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.MilliCycles, a.MilliCycles), cmp.Compare(b.Ops, a.Ops), cmp.Compare(a.Name, b.Name))
	})
	return out
}
