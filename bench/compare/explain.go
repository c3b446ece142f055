package compare

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// Top is how many phases and functions are named where nothing else is asked.
const Top = 10

// Lines say where an item's change comes from: phases first, then functions,
// at most top of each, indented by two blanks a level.
func (it *Item) Lines(top int) []string {
	var out []string
	if it.Base != "" {
		out = append(out, it.Base)
	}
	if it.whole() {
		return out
	}
	for _, part := range byMetric(it.Phases) {
		out = append(out, table(part[0].Metric+" by phase", part, top, nil)...)
	}
	ways := it.ways()
	for _, part := range byMetric(it.Functions) {
		// Functions are counted per run and per image, never per phase.
		title := part[0].Metric + " by function, of the whole run"
		if metric.Of(part[0].Metric).Source == metric.Image {
			title = part[0].Metric + " by function"
		}
		out = append(out, table(title, part, top, ways)...)
	}
	if rest := it.besides(); rest != 0 {
		out = append(out, "besides functions (constants, data, padding): "+quantity.Signed(rest))
	}
	return out
}

// whole says that the case has the family's metrics in one file only: then so
// have its parts, and explain nothing.
func (it *Item) whole() bool {
	return len(it.Metrics) > 0 && !slices.ContainsFunc(it.Metrics, Change.Both)
}

// besides is what of a change in flash is in no function.
func (it *Item) besides() int64 {
	i := slices.IndexFunc(it.Metrics, func(c Change) bool { return c.Metric == metric.Flash && c.Both() })
	if i < 0 || it.pair.SameFunctions+len(it.Functions) == 0 {
		return 0
	}
	rest := it.Metrics[i].By()
	for _, c := range it.Functions {
		if c.Metric == metric.FunctionCode {
			rest -= c.By()
		}
	}
	return rest
}

// byMetric splits changes, which are sorted by metric.
func byMetric(cs []Change) [][]Change {
	var out [][]Change
	for i, c := range cs {
		if i == 0 || cs[i-1].Metric != c.Metric {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], c)
	}
	return out
}

// table is one metric's parts, a line each, and one more for a part that further
// has something to say of.
func table(title string, parts []Change, top int, further map[string]string) []string {
	adds := metric.Of(parts[0].Metric).Adds == metric.Sum
	if !adds {
		parts = alike(parts)
	}
	shown, rest := parts[:min(top, len(parts))], parts[min(top, len(parts)):]
	wide, high := 0, 0
	for _, c := range shown {
		wide, high = max(wide, len(c.Name)), max(high, len(quantity.Signed(c.By())))
	}
	out := []string{title}
	for _, c := range shown {
		by, of, _ := strings.Cut(c.short(), ",")
		line := fmt.Sprintf("  %-*s  %*s", wide, c.Name, high, by)
		if of != "" {
			line += "," + of
		}
		out = append(out, line)
		if text := further[c.Name]; text != "" && metric.Of(c.Metric).Role == metric.Ops {
			out = append(out, "    "+text)
		}
	}
	if len(rest) > 0 {
		line := fmt.Sprintf("  and %d more", len(rest))
		if adds {
			sum := int64(0)
			for _, c := range rest {
				sum += c.By()
			}
			line += ", together " + quantity.Signed(sum)
		}
		out = append(out, line)
	}
	return out
}

// alike puts peaks that moved by the same amount on one line: they are one
// and the same memory, seen in each phase or function.
func alike(parts []Change) []Change {
	var out []Change
	names := map[string][]string{}
	key := func(c Change) string { c.Name = ""; return c.foldKey() }
	for _, c := range parts {
		if names[key(c)] == nil {
			out = append(out, c)
		}
		names[key(c)] = append(names[key(c)], c.Name)
	}
	for i := range out {
		n := slices.Clone(names[key(out[i])])
		if len(n) == 1 {
			continue
		}
		if c := &out[i]; c.Both() {
			c.Old, c.New = 0, c.By() // the share would be the first's alone
		}
		if len(n) > 3 {
			n = append(n[:2], fmt.Sprintf("%d more", len(n)-2))
		}
		out[i].Name = strings.Join(n[:len(n)-1], ", ") + " and " + n[len(n)-1]
	}
	return out
}
