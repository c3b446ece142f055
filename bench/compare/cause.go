package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/bench/results"
)

// Causes lists what differs in what produced the numbers, the cores first.
func Causes(old, new *results.File) []string {
	var out []string
	differ := func(what, o, n string) {
		if o == n {
			return
		}
		if o == "" {
			o = "(none)"
		}
		if n == "" {
			n = "(none)"
		}
		out = append(out, fmt.Sprintf("%s: %s -> %s", what, o, n))
	}
	differ("core", strings.Join(cores(old), " "), strings.Join(cores(new), " "))
	a, b := old.Provenance, new.Provenance
	differ("profile", a.Profile, b.Profile)
	for _, m := range []struct {
		name     string
		old, new map[string]string
	}{{"version", a.Versions, b.Versions}, {"flags", a.Flags, b.Flags}, {"digest", a.Digests, b.Digests}} {
		for _, k := range slices.Sorted(maps.Keys(union(m.old, m.new))) {
			o, n := m.old[k], m.new[k]
			if m.name == "digest" {
				o, n = shorten(o, n)
			}
			differ(m.name+" "+k, firstLine(o), firstLine(n))
			if firstLine(o) == firstLine(n) && o != n {
				out = append(out, m.name+" "+k+": differs after its first line")
			}
		}
	}
	differ("tool", a.Tool, b.Tool)
	return out
}

// Input is something that was asked differently of one case.
type Input struct {
	What string // "config header", "added options" or "seed"
	Text string // with both sides
}

func inputs(was, is *results.Case) []Input {
	var d []Input
	if was.ConfigDigest != is.ConfigDigest {
		o, n := shorten(was.ConfigDigest, is.ConfigDigest)
		d = append(d, Input{"config header", fmt.Sprintf("config header differs: %s -> %s", o, n)})
	}
	if o, n := strings.Join(was.Added, " "), strings.Join(is.Added, " "); o != n {
		d = append(d, Input{"added options", fmt.Sprintf("options the scenario adds: %q -> %q", o, n)})
	}
	if was.Seed != is.Seed {
		d = append(d, Input{"seed", fmt.Sprintf("seed: %d -> %d", was.Seed, is.Seed)})
	}
	return d
}

// cores are the names of a file's cores.
func cores(f *results.File) []string {
	var names []string
	for _, c := range f.Cases {
		names = append(names, c.Core)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// shorten cuts two digests to twelve characters unless that hides where they differ.
func shorten(a, b string) (string, string) {
	const n = 12
	if len(a) > n && len(b) > n && a[:n] != b[:n] {
		return a[:n], b[:n]
	}
	return a, b
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
