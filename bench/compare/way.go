package compare

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// lacks says in how many cases callers cannot be named, and in how many they show only
// where a count is spent and not where it changed.
func (r *Report) lacks() []string {
	var out []string
	var none, half int
	for _, p := range r.Pairs {
		switch {
		case !p.computesOtherwise():
		case p.Old.Tree == nil && p.New.Tree == nil:
			none++
		case p.Old.Tree == nil || p.New.Tree == nil:
			half++
		}
	}
	if none > 0 {
		out = append(out, fmt.Sprintf("Callers are not named in %s: neither file has a tree of calls for them. `tlslab bench --calls` makes trees for variations too.", count(none, "case")))
	}
	if half > 0 {
		out = append(out, fmt.Sprintf("Callers in %s show where a count is spent, not where it changed: only one file has a tree of calls, and baselines never have one. "+
			"To see what changed, run `tlslab compare` on two results files.", count(half, "case")))
	}
	return out
}

// computesOtherwise reports whether the machine's own count of some function changed.
func (p *Pair) computesOtherwise() bool {
	return slices.ContainsFunc(p.Items, func(it *Item) bool {
		return slices.ContainsFunc(it.Functions, func(c Change) bool { return metric.Of(c.Metric).Role == metric.Ops })
	})
}

const (
	mostWays    = 5 // functions that callers are named for
	mostCallers = 4 // of one way, the innermost
)

// callers say on which way of calls a function's own count moved most, in one
// line; "" where no file has followed calls, or there is nothing to say.
func (p *Pair) callers(c Change) string {
	if metric.Of(c.Metric).Role != metric.Ops || p.Old == nil || p.New == nil {
		return ""
	}
	was, is := p.Old.Tree, p.New.Tree
	o, n := was.Ways(c.Name), is.Ways(c.Name)
	var way results.Way
	most := int64(0)
	for _, key := range keys(union(o, n)) {
		by := n[key].Own - o[key].Own
		if was == nil || is == nil {
			by = max(o[key].Own, n[key].Own)
		}
		if abs(by) > abs(most) {
			most, way = by, n[key]
			if way.Path == nil {
				way = o[key]
			}
		}
	}
	if len(way.Path) < 2 {
		return ""
	}
	path := way.Path[:len(way.Path)-1]
	text := ""
	if len(path) > mostCallers {
		path, text = path[len(path)-mostCallers:], "... > "
	}
	text = "called by " + text + strings.Join(path, " > ") + ": "
	if was == nil || is == nil {
		// A baseline has no tree: where its count was spent is not known.
		return text + fmt.Sprintf("%s of %s are spent there", quantity.Count(most), quantity.Count(max(c.Old, c.New)))
	}
	key := strings.Join(way.Path, " ")
	text += quantity.Signed(most)
	if a, b := o[key].Calls, n[key].Calls; a != b {
		text += fmt.Sprintf(", calls %s -> %s", quantity.Count(a), quantity.Count(b))
	}
	return text
}

func abs(n int64) int64 { return max(n, -n) }

// ways are the lines on the callers of the functions whose count moved most, by
// function.
func (it *Item) ways() map[string]string {
	out := map[string]string{}
	for _, part := range byMetric(it.Functions) {
		for _, c := range part[:min(mostWays, len(part))] {
			if text := it.pair.callers(c); text != "" {
				out[c.Name] = text
			}
		}
	}
	return out
}

// waysText is ways in one string, for what is the same in several cases.
func (it *Item) waysText() string {
	ways := it.ways()
	var lines []string
	for _, name := range keys(union(ways, nil)) {
		text, _, _ := strings.Cut(ways[name], ": ") // not the numbers
		lines = append(lines, name+" "+text)
	}
	return strings.Join(slices.Compact(lines), "\n")
}
