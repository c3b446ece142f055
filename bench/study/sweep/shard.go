package sweep

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tlslab/bench/results"
)

// Shard is one of several equal parts of a sweep; the zero value is the whole.
type Shard struct{ Part, Of int } // 1..Of

// ParseShard reads "3/16".
func ParseShard(text string) (Shard, error) {
	part, of, ok := strings.Cut(text, "/")
	p, err1 := strconv.Atoi(part)
	n, err2 := strconv.Atoi(of)
	if !ok || err1 != nil || err2 != nil || n < 1 || p < 1 || p > n || n > pointsMost {
		return Shard{}, fmt.Errorf("shard %q: not PART/OF with 1 <= PART <= OF (3/16)", text)
	}
	return Shard{p, n}, nil
}

// Has says whether the point with index i belongs to the shard. Neighbours go
// to different shards: what is expensive lies together.
func (s Shard) Has(i int) bool { return s.Of <= 1 || i%s.Of == s.Part-1 }

// String is the shard as file names have it: "3-of-16"; "" for the whole.
func (s Shard) String() string {
	if s.Of <= 1 {
		return ""
	}
	return fmt.Sprintf("%d-of-%d", s.Part, s.Of)
}

// Merge puts the results of shards together. They must come from the same
// inputs and tools; a case that two of them have must be the same in both.
func Merge(names []string, files []*results.File) (*results.File, error) {
	if len(files) == 0 {
		return nil, fmt.Errorf("merge: no results to merge")
	}
	first := files[0]
	out := &results.File{Schema: first.Schema, Provenance: first.Provenance}
	from := map[string]int{} // case -> index in out.Cases
	file := map[string]string{}
	for i, f := range files {
		if d := differs(first.Provenance, f.Provenance); d != "" {
			return nil, fmt.Errorf("merge: %s and %s were not made alike: %s", names[0], names[i], d)
		}
		for _, c := range f.Cases {
			at, dup := from[c.Key()]
			if !dup {
				from[c.Key()], file[c.Key()] = len(out.Cases), names[i]
				out.Cases = append(out.Cases, c)
				continue
			}
			if !sameCase(c, out.Cases[at]) {
				return nil, fmt.Errorf("merge: %s and %s differ in %s: exact numbers must not", file[c.Key()], names[i], c.Key())
			}
		}
	}
	slices.SortFunc(out.Cases, func(a, b results.Case) int { return strings.Compare(a.Key(), b.Key()) })
	return out, out.Check()
}

// sameCase compares two cases as their files spell them.
func sameCase(a, b results.Case) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// differs names the first thing in which two files' origins differ.
func differs(a, b results.Provenance) string {
	switch {
	case reflect.DeepEqual(a, b):
		return ""
	case a.Tool != b.Tool:
		return fmt.Sprintf("tool %q and %q", a.Tool, b.Tool)
	case a.Profile != b.Profile:
		return fmt.Sprintf("profile %q and %q", a.Profile, b.Profile)
	}
	for _, m := range []struct {
		what string
		a, b map[string]string
	}{{"digest", a.Digests, b.Digests}, {"version", a.Versions, b.Versions}, {"flags", a.Flags, b.Flags}} {
		keys := map[string]string{}
		maps.Copy(keys, m.a)
		maps.Copy(keys, m.b)
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			if m.a[k] != m.b[k] {
				return fmt.Sprintf("%s of %s: %q and %q", m.what, k, m.a[k], m.b[k])
			}
		}
	}
	return "in what made them"
}
