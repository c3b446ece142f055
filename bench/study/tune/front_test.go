package tune

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tlslab/internal/metric"
	"tlslab/internal/pareto"
)

func made(name string, n [4]int64) Result { // flash, heap, ram, ticks
	return Result{Point: Point{ARM: name}, OK: true, Metrics: map[string]int64{
		metric.Flash: n[0], metric.HeapPeak: n[1], metric.EstRAMPeak: n[2], metric.HandshakeWasmOps: n[3]}}
}

// TestNearest: what a search ends at is worth each step of the way, by the rule
// that a byte of one memory buys no more than a byte of another.
func TestNearest(t *testing.T) {
	ticks := Quantities[3]
	for _, c := range []struct {
		ticks int64
		heap  int64
		want  bool
	}{{199_900_000, 12_100, false}, {199_700_000, 12_100, true}, {199_999_999, 12_000, true}} {
		g := Goal{Minimise: ticks}
		a, b := made("a", [4]int64{85_000, c.heap, 14_000, c.ticks}), made("b", [4]int64{85_000, 12_000, 14_000, 200_000_000})
		if got := g.better(a.Metrics, b.Metrics); got != c.want {
			t.Errorf("%d ticks for %d B of heap: %t", c.ticks-200_000_000, c.heap-12_000, got)
		}
	}
	start := [4]int64{85_000, 12_000, 14_000, 200_000_000}
	for _, c := range []struct {
		name, budgets string
		all           [][4]int64
		want          int64 // its flash
	}{
		{"a fair step", "", [][4]int64{{80_000, 14_000, 16_000, 200_000_000}}, 80_000},
		{"a step that costs more than it saves", "", [][4]int64{{84_000, 12_000, 16_000, 200_000_000}}, 85_000},
		{"heap and RAM of one byte are paid once", "", [][4]int64{{83_000, 14_000, 16_000, 200_000_000}}, 83_000},
		{"the figures of imxrt1052", "", [][4]int64{{41_952, 10_761, 13_313, 190_000_000}, {39_732, 12_561, 17_705, 190_000_000}}, 41_952},
		{"the same, RAM and heap budgeted", "ram=18K,heap=13K", [][4]int64{{41_952, 10_761, 13_313, 190_000_000}, {39_732, 12_561, 17_705, 190_000_000}}, 39_732},
		{"the same, heap alone", "heap=13K", [][4]int64{{41_952, 10_761, 13_313, 190_000_000}, {39_732, 12_561, 17_705, 190_000_000}}, 41_952},
		{"over a budget", "ticks=250M", [][4]int64{{80_000, 12_000, 14_000, 300_000_000}}, 85_000},
	} {
		tuner := &Tuner{Goal: Goal{Minimise: Quantities[0]}}
		var err error
		if tuner.Goal.Budgets, err = ParseBudgets(c.budgets); err != nil {
			t.Fatal(err)
		}
		for i, n := range c.all {
			tuner.pool = append(tuner.pool, made(fmt.Sprint(i), n))
		}
		if got := tuner.nearest(made("start", start)).Metrics[metric.Flash]; got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// TestOrder: better is a strict partial order, nothing measured is better than
// what nearest finds, whatever order it was measured in, and what it finds is on
// the front of all quantities.
func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for round := range 300 {
		goal := Goal{Minimise: Quantities[round%4]}
		if round%3 == 0 {
			goal.Budgets = []Budget{{Quantities[(round/3)%4], []int64{40, 40, 40, 100_300}[(round/3)%4]}}
		}
		tuner := &Tuner{Goal: goal}
		for i := range 25 {
			// 100 ticks are noise
			tuner.pool = append(tuner.pool, made(fmt.Sprint(i), [4]int64{r.Int64N(60), r.Int64N(60), r.Int64N(60), 100_000 + 40*r.Int64N(12)}))
		}
		better := func(a, b Result) bool { return goal.better(a.Metrics, b.Metrics) }
		for _, a := range tuner.pool {
			for _, b := range tuner.pool {
				if better(a, b) && better(b, a) {
					t.Fatalf("%v and %v are each better than the other", a.Metrics, b.Metrics)
				}
				for _, c := range tuner.pool {
					if better(a, b) && better(b, c) && !better(a, c) {
						t.Fatalf("%v, %v, %v: better is not transitive by %s", a.Metrics, b.Metrics, c.Metrics, goal.Minimise.Name)
					}
				}
			}
		}
		start := tuner.pool[0]
		got := tuner.nearest(start)
		if i := slices.IndexFunc(tuner.pool, func(a Result) bool { return better(a, got) }); i >= 0 {
			t.Fatalf("%v is better than %v", tuner.pool[i].Metrics, got.Metrics)
		}
		front := frontOf(tuner.pool, Quantities, goal.Minimise, got.Key())
		if !slices.ContainsFunc(front, func(a Result) bool { return slices.Equal(numbers(Quantities, a), numbers(Quantities, got)) }) {
			t.Fatalf("%v was chosen and is not on the front", got.Metrics)
		}
		r.Shuffle(len(tuner.pool), func(i, j int) { tuner.pool[i], tuner.pool[j] = tuner.pool[j], tuner.pool[i] })
		if again := tuner.nearest(start); !slices.Equal(numbers(Quantities, again), numbers(Quantities, got)) {
			t.Fatalf("in another order %v, not %v", again.Metrics, got.Metrics)
		}
	}
}

// TestPassedOver: what is smaller than the choice is told with its reason, and
// the budget that is named makes the search choose as little.
func TestPassedOver(t *testing.T) {
	y := newToy()
	y.hungry = true
	out := run(t, y, "flash", "")
	f := NewFile(out, &Goal{Minimise: Quantities[0]})
	if len(f.PassedOver) == 0 {
		t.Fatalf("nothing was passed over; the front is %v", f.Front)
	}
	least := f.PassedOver[0]
	if least.Why == "" || least.Budget == "" || least.Metrics["flash"] >= f.Chosen.Metrics["flash"] {
		t.Errorf("%+v", least)
	}
	y = newToy()
	y.hungry = true
	again := run(t, y, "flash", least.Budget)
	if got := again.Chosen.Metrics[metric.Flash]; got > least.Metrics["flash"] {
		t.Errorf("with %s the search ends at %d B of flash, and %d were promised", least.Budget, got, least.Metrics["flash"])
	}
	for _, q := range Quantities {
		if out := run(t, newToy(), q.Name, ""); !slices.ContainsFunc(out.Front, func(r Result) bool { return r.Key() == out.Chosen.Key() }) {
			t.Errorf("by %s: the chosen point is not on the front", q.Name)
		}
	}
}

// TestFrontIsFolded: no point of a search's front gains nothing against another.
func TestFrontIsFolded(t *testing.T) {
	out := run(t, newToy(), "flash", "")
	kinds := []pareto.Kind{pareto.Bytes, pareto.Bytes, pareto.Bytes, pareto.Ticks}
	again := pareto.Front(out.Front, kinds, func(r Result) []int64 { return numbers(Quantities, r) })
	if len(again) != len(out.Front) {
		t.Errorf("%d points, of which %d gain something", len(out.Front), len(again))
	}
}
