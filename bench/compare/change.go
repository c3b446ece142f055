package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// Change is one number in two files.
type Change struct {
	Name     string // of the phase or function; empty for a case's own metric
	Metric   string
	Old, New int64
	Had, Has bool // the old file has it, the new one has it
	Drawn    bool // random draws change it as much
}

// By is the difference; what one file lacks counts as 0.
func (c Change) By() int64 { return c.New - c.Old }

// String is the change without its names: "5 -> 7 (+2, +40 %)".
func (c Change) String() string {
	switch {
	case !c.Had:
		return "new, " + quantity.Count(c.New)
	case !c.Has:
		return "gone, was " + quantity.Count(c.Old)
	}
	text := fmt.Sprintf("%s -> %s (%s)", quantity.Count(c.Old), quantity.Count(c.New), Delta(c.Old, c.New))
	if c.Drawn {
		text += ", " + results.Drawn + " random draws change it as much"
	}
	return text
}

// short is String without the two numbers: a part's.
func (c Change) short() string {
	switch {
	case !c.Had:
		return quantity.Signed(c.New) + ", new"
	case !c.Has:
		return quantity.Signed(-c.Old) + ", gone"
	}
	return Delta(c.Old, c.New)
}

// Both says that both files have the number.
func (c Change) Both() bool { return c.Had && c.Has }

// foldKey is equal for changes by the same amount, whatever the two numbers are.
func (c Change) foldKey() string {
	if !c.Both() {
		return fmt.Sprintf("%s %s new %v\n", c.Name, c.Metric, c.Has)
	}
	return fmt.Sprintf("%s %s %d\n", c.Name, c.Metric, c.By())
}

// Delta is a difference and what it is of the old number: "+2, +40 %".
func Delta(old, new int64) string {
	if old == 0 {
		return quantity.Signed(new)
	}
	return quantity.Signed(new-old) + ", " + quantity.FineChange(old, new)
}

// changes are the numbers of two sets that differ, in order.
func changes(name string, old, new map[string]int64) (differ []Change) {
	for _, m := range slices.SortedFunc(maps.Keys(union(old, new)), metric.Order) {
		c := Change{Name: name, Metric: m}
		c.Old, c.Had = old[m]
		c.New, c.Has = new[m]
		if c.Had != c.Has || c.Old != c.New {
			differ = append(differ, c)
		}
	}
	return differ
}

func union[V any](a, b map[string]V) map[string]bool {
	u := map[string]bool{}
	for k := range a {
		u[k] = true
	}
	for k := range b {
		u[k] = true
	}
	return u
}

// bySize sorts parts by the size of their change, largest first.
func bySize(parts []Change) {
	slices.SortStableFunc(parts, func(a, b Change) int {
		if o := metric.Order(a.Metric, b.Metric); o != 0 {
			return o
		}
		x, y := max(a.By(), -a.By()), max(b.By(), -b.By())
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
}

// value compares two values of an option, numbers as numbers.
func value(a, b string) int {
	if len(a) != len(b) && a != "" && b != "" && strings.Trim(a+b, "0123456789") == "" {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
