// Package tune finds the smallest configuration that still does its job. It
// switches options off, lowers numbers and tries compiler options, one
// explained step after another. It keeps a step only if every scenario still
// connects, every check of the security floor is still refused, and the goal
// comes nearer.
//
// It searches and explains. It asks a Measure what a candidate costs, so it
// knows no machine and no compiler.
package tune

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tlslab/bench/results/tuned"
	"tlslab/internal/pareto"
	"tlslab/internal/quantity"
	"tlslab/internal/strict"
)

// Quantity is something to minimise or to budget.
type Quantity = tuned.Quantity

// Quantities in the order in which equal candidates are distinguished.
var Quantities = tuned.Quantities

func quantityNames() []string {
	var names []string
	for _, q := range Quantities {
		names = append(names, q.Name)
	}
	return names
}

// ParseQuantity reads a name of Quantities.
func ParseQuantity(name string) (Quantity, error) {
	for _, q := range Quantities {
		if q.Name == name {
			return q, nil
		}
	}
	return Quantity{}, strict.Unknown("quantity", name, quantityNames())
}

// Budget is the most a quantity may be.
type Budget struct {
	Quantity
	Most int64 // bytes; of ticks WASM instructions
}

// Goal is what is wanted: budgets kept first, then the quantity made small.
type Goal struct {
	Minimise Quantity
	Budgets  []Budget
}

// ParseBudgets reads "heap=12KiB,flash=64KiB,ticks=200M". The name alone with
// "any" is a budget that nothing exceeds: it replaces a default.
func ParseBudgets(text string) ([]Budget, error) {
	var out []Budget
	if text == "" {
		return nil, nil
	}
	for _, part := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return nil, fmt.Errorf("budget %q: not NAME=MOST (heap=12KiB)", part)
		}
		q, err := ParseQuantity(strings.TrimSpace(name))
		if err != nil {
			return nil, fmt.Errorf("budget %q: %w", part, err)
		}
		if slices.ContainsFunc(out, func(b Budget) bool { return b.Quantity == q }) {
			return nil, fmt.Errorf("budget %s: is there twice", q.Name)
		}
		most, err := parseAmount(strings.TrimSpace(value))
		if err != nil {
			return nil, fmt.Errorf("budget %q: %w", part, err)
		}
		out = append(out, Budget{q, most})
	}
	return out, nil
}

// amounts are the units an amount may end in.
var amounts = []struct {
	suffix string
	times  int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"K", 1000}, {"M", 1_000_000}, {"G", 1_000_000_000}, {"B", 1}, {"", 1}}

func parseAmount(text string) (int64, error) {
	if text == "any" {
		return math.MaxInt64, nil
	}
	for _, a := range amounts {
		number, ok := strings.CutSuffix(text, a.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(number), "_", ""), 10, 64)
		if err != nil || n < 1 || n > math.MaxInt64/a.times {
			break
		}
		return n * a.times, nil
	}
	return 0, fmt.Errorf("%q: not an amount (9000, 12KiB, 200M) and not any", text)
}

// over is by how much metrics exceed the budgets: the sum of each excess as a
// share of its budget, in millionths; 0 where all are kept.
func (g *Goal) over(metrics map[string]int64) int64 {
	var sum int64
	for _, b := range g.Budgets {
		if v := metrics[b.Metric]; v > b.Most {
			sum += int64(math.Ceil(float64(v-b.Most) / float64(b.Most) * 1e6))
		}
	}
	return sum
}

// better says that a comes nearer to the goal than b: less over the budgets;
// equal in that, less of what is minimised for a fair price (Goal.unfair), of
// ticks by more than noise; else less of something and more of nothing. It is a
// strict partial order: what is better than something better is better.
func (g *Goal) better(a, b map[string]int64) bool {
	if x, y := g.over(a), g.over(b); x != y {
		return x < y
	}
	gain, least := b[g.Minimise.Metric]-a[g.Minimise.Metric], int64(0)
	if g.Minimise.Computes() {
		least = pareto.Ticks.Noise(b[g.Minimise.Metric])
	}
	if gain > least && g.unfair(a, b) == "" {
		return true
	}
	less := false
	for _, q := range Quantities {
		switch x, y := a[q.Metric], b[q.Metric]; {
		case x > y:
			return false
		case x < y:
			less = true
		}
	}
	return less
}

// price is what a takes more than b of another memory, the most of any, and which
// that is. It is the most and not the sum: RAM is static data, heap and stack at
// one instant, so a byte of heap is a byte of RAM too and would be paid twice. A
// memory that has a budget of its own costs nothing within it.
func (g *Goal) price(a, b map[string]int64) (bytes int64, of Quantity) {
	for _, q := range Quantities {
		if d := a[q.Metric] - b[q.Metric]; !q.Computes() && q != g.Minimise && !g.Has(q.Name) && d >= bytes && d > 0 {
			bytes, of = d, q
		}
	}
	return bytes, of
}

// unfair says why what a saves of the minimised memory against b is not worth its
// price: a byte of one memory buys no more than a byte of another. "" where it is
// worth it. Ticks are no bytes: for these no price is too high but a budget.
func (g *Goal) unfair(a, b map[string]int64) string {
	if g.Minimise.Computes() {
		return ""
	}
	saved := b[g.Minimise.Metric] - a[g.Minimise.Metric]
	if paid, of := g.price(a, b); paid > saved {
		return fmt.Sprintf("saves %s of %s and takes %s of %s", quantity.Bytes(saved), g.Minimise.Name, quantity.Bytes(paid), of.Name)
	}
	return ""
}

// passedOver says why a, which has less of what is minimised than the chosen one,
// was not chosen; "" where it has not less.
func (g *Goal) passedOver(a, chosen map[string]int64) string {
	if a[g.Minimise.Metric] >= chosen[g.Minimise.Metric] {
		return ""
	}
	if g.over(a) > g.over(chosen) {
		return strings.Join(g.Binds(a), "; ")
	}
	return g.unfair(a, chosen)
}

// budgetFor are the budgets, as ParseBudgets reads them, with which a would be
// chosen over b: of each quantity that it takes more of, as much as it takes.
func (g *Goal) budgetFor(a, b map[string]int64) string {
	var words []string
	for _, q := range Quantities {
		if q != g.Minimise && a[q.Metric] > b[q.Metric] {
			words = append(words, fmt.Sprintf("%s=%d", q.Name, a[q.Metric]))
		}
	}
	return strings.Join(words, ",")
}

// Binds are the budgets that metrics exceed, in words.
func (g *Goal) Binds(metrics map[string]int64) []string {
	var out []string
	for _, b := range g.Budgets {
		if v := metrics[b.Metric]; v > b.Most {
			out = append(out, fmt.Sprintf("%s: %d, %d over %d", b.Name, v, v-b.Most, b.Most))
		}
	}
	return out
}

// Has says that a quantity has a budget.
func (g *Goal) Has(name string) bool {
	return slices.ContainsFunc(g.Budgets, func(b Budget) bool { return b.Name == name })
}

// Limit adds a budget.
func (g *Goal) Limit(name string, most int64) {
	if q, err := ParseQuantity(name); err == nil {
		g.Budgets = append(g.Budgets, Budget{q, most})
	}
}
