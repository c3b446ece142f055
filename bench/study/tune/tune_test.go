package tune

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// toy is a library whose costs are known: flags take flash, a window trades
// ticks for heap, a buffer must hold 1,700 bytes, and NEEDED must stay.
type toy struct {
	start   map[string]string
	asked   [][]Point
	secure  bool // CHECK refuses "expired"
	hungry  bool // SMALL takes 2,000 B of heap
	options map[string]int64
}

func newToy() *toy {
	return &toy{
		start:   map[string]string{"A": "", "B": "", "NEEDED": "", "CHECK": "", "WINDOW": "4", "BUFFER": "16384", "X": "", "Y": ""},
		options: map[string]int64{"A": 1000, "B": 200, "NEEDED": 5000, "CHECK": 300, "X": 40, "Y": 40},
		secure:  true,
	}
}

func (y *toy) macros(p Point) map[string]string {
	m := maps.Clone(y.start)
	for name, c := range p.Options {
		if delete(m, name); c.On {
			m[name] = c.Value
		}
	}
	return m
}

func (y *toy) space() *Space {
	return &Space{
		Flags: []Flag{{Option: "A"}, {Option: "B"}, {Option: "NEEDED"}, {Option: "CHECK", KeepOn: y.secure}, {Option: "SMALL"}, {Option: "NOISE"},
			{Option: "X"}, {Option: "Y"}},
		Numbers: []Number{{Option: "WINDOW", Try: []int64{1, 2, 4, 6}}, {Option: "BUFFER", Least: 256, Step: 16}},
		ARM:     []string{"-O2", "-Os"}, Late: []string{"-Os -flto"},
		Macros:  y.macros,
		Default: func(Point, string) (int64, bool) { return 0, false },
		Mend: func(_ Point, changes []profiles.Change) ([]profiles.Change, error) {
			for _, c := range changes {
				if c.Option == "A" && !c.On { // B needs A
					return []profiles.Change{{Option: "B"}}, nil
				}
			}
			return nil, nil
		},
	}
}

func (y *toy) measure(_ context.Context, points []Point, checked bool) ([]Result, error) {
	y.asked = append(y.asked, points)
	var out []Result
	for _, p := range points {
		m := y.macros(p)
		window, _ := strconv.ParseInt(m["WINDOW"], 10, 64)
		buffer, _ := strconv.ParseInt(m["BUFFER"], 10, 64)
		flash, heap, ticks := int64(20_000), 4000+buffer+window*100, 2_000_000/window
		for name := range m {
			flash += y.options[name]
		}
		if _, ok := m["SMALL"]; ok {
			flash, ticks = flash-900, ticks+50_000
			if y.hungry {
				heap += 2000
			}
		}
		if _, ok := m["NOISE"]; ok {
			flash -= 8
		}
		if strings.HasPrefix(p.ARM, "-Os") {
			flash = flash * 9 / 10
		}
		if strings.HasSuffix(p.ARM, "-flto") {
			flash = flash * 9 / 10
		}
		c := results.Case{Scenario: "toy", Outcome: results.OutcomeConnected, Metrics: map[string]int64{
			metric.Flash: flash, metric.HeapPeak: heap, metric.EstRAMPeak: heap + 500, metric.HandshakeWasmOps: ticks}}
		_, x := m["X"]
		_, y2 := m["Y"]
		switch _, needed := m["NEEDED"]; {
		case !needed, buffer < 1700, !x && !y2: // either of X and Y is enough
			c.Outcome, c.Phase = "MBEDTLS_ERR_TOY", "hello"
		}
		if _, check := m["CHECK"]; checked {
			k := results.Check{Name: "expired", Outcome: "refused", Refused: check}
			if !check {
				k.Outcome = results.OutcomeAccepted
			}
			c.Checks = []results.Check{k}
		}
		out = append(out, Judge(p, []results.Case{c}, []profiles.Check{"expired"}, checked))
	}
	return out, nil
}

func run(t *testing.T, y *toy, minimise, budgets string) *Outcome {
	t.Helper()
	q, err := ParseQuantity(minimise)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParseBudgets(budgets)
	if err != nil {
		t.Fatal(err)
	}
	tuner := Tuner{Goal: Goal{Minimise: q, Budgets: b}, Space: y.space(), Measure: y.measure, Say: func(string) {}}
	out, err := tuner.Run(context.Background(), Point{ARM: "-O2", CA: "pem"})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFindsTheLeast(t *testing.T) {
	y := newToy()
	out := run(t, y, "flash", "")
	m := y.macros(out.Chosen.Point)
	for _, gone := range []string{"A", "B", "NOISE"} {
		if _, ok := m[gone]; ok {
			t.Errorf("%s is on: %v", gone, m)
		}
	}
	for _, kept := range []string{"NEEDED", "CHECK", "SMALL"} {
		if _, ok := m[kept]; !ok {
			t.Errorf("%s is off: %v", kept, m)
		}
	}
	if _, x := m["X"]; x == (m["Y"] == "" && has(m, "Y")) {
		t.Errorf("of X and Y one is enough: %v", m)
	}
	if out.Chosen.ARM != "-Os -flto" {
		t.Errorf("compiled with %s", out.Chosen.ARM)
	}
	if m["BUFFER"] != "1712" { // the first step of 16 from 256 that holds 1,700
		t.Errorf("BUFFER %s, want 1712", m["BUFFER"])
	}
	for _, s := range out.Steps {
		if !s.Kept && s.Why == "" {
			t.Errorf("step %q was not kept, without a reason", s.Move)
		}
	}
}

func has(m map[string]string, name string) bool { _, ok := m[name]; return ok }

// TestFloor: a check that may go, by the flag's word, is still held by the tries.
func TestFloor(t *testing.T) {
	y := newToy()
	y.secure = false // nothing is known of CHECK
	out := run(t, y, "flash", "")
	if !has(y.macros(out.Chosen.Point), "CHECK") {
		t.Errorf("CHECK was bought off: %+v", out.Chosen.Metrics)
	}
	for _, r := range out.Front {
		if !has(y.macros(r.Point), "CHECK") {
			t.Errorf("a point of the front accepts what must be refused: %s", r.Key())
		}
	}
}

func TestBudget(t *testing.T) {
	y := newToy()
	out := run(t, y, "flash", "ticks=600K")
	if out.Binds != nil || out.Chosen.Metrics[metric.HandshakeWasmOps] > 600_000 {
		t.Errorf("ticks %d, binds %v", out.Chosen.Metrics[metric.HandshakeWasmOps], out.Binds)
	}
	out = run(t, newToy(), "flash", "heap=5000")
	if len(out.Binds) != 1 || !strings.Contains(out.Binds[0], "heap") {
		t.Errorf("an impossible budget binds %v", out.Binds)
	}
	if got := out.Chosen.Metrics[metric.HeapPeak]; got != 4000+1712+100 {
		t.Errorf("the closest point has heap %d, want %d", got, 4000+1712+100)
	}
}

func TestFront(t *testing.T) {
	out := run(t, newToy(), "heap", "")
	if len(out.Front) < 4 { // the four windows
		t.Fatalf("front of %d points", len(out.Front))
	}
	for i := 1; i < len(out.Front); i++ {
		if out.Front[i-1].Metrics[metric.HeapPeak] > out.Front[i].Metrics[metric.HeapPeak] {
			t.Errorf("points %d and %d are not in the order of heap", i-1, i)
		}
	}
}

// TestSameAgain: the same answers give the same questions in the same order.
func TestSameAgain(t *testing.T) {
	a, b := newToy(), newToy()
	run(t, a, "flash", "")
	run(t, b, "flash", "")
	keys := func(y *toy) (out []string) {
		for _, ps := range y.asked {
			for _, p := range ps {
				out = append(out, p.Key())
			}
		}
		return out
	}
	if !slices.Equal(keys(a), keys(b)) {
		t.Error("two searches asked differently")
	}
}

// TestSameBytes: a search that was interrupted, and goes on with what is kept of
// its measurements, gives the bytes of one that was not.
func TestSameBytes(t *testing.T) {
	goal := Goal{Minimise: Quantities[0]}
	y := newToy()
	kept := map[string]Result{}
	search := func(calls int) []byte {
		t.Helper()
		tuner := Tuner{Goal: goal, Space: y.space(), Say: func(string) {}, Measure: func(ctx context.Context, points []Point, checked bool) ([]Result, error) {
			if calls--; calls < 0 {
				return nil, context.Canceled
			}
			var out []Result
			for _, p := range points {
				key := p.Key() + strconv.FormatBool(checked)
				if _, ok := kept[key]; !ok {
					rs, err := y.measure(ctx, []Point{p}, checked)
					if err != nil {
						return nil, err
					}
					kept[key] = rs[0]
				}
				out = append(out, kept[key])
			}
			return out, nil
		}}
		out, err := tuner.Run(context.Background(), Point{ARM: "-O2", CA: "pem"})
		if err != nil {
			return nil
		}
		data, err := NewFile(out, &goal).JSON()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	whole := search(1 << 20)
	if whole == nil {
		t.Fatal("the search failed")
	}
	for calls := 1; calls < 40; calls += 3 {
		clear(kept)
		if search(calls) != nil {
			break // it took no more than that
		}
		if got := search(1 << 20); string(got) != string(whole) {
			t.Fatalf("interrupted after %d calls, it ends otherwise", calls)
		}
	}
}

func TestParseBudgets(t *testing.T) {
	got, err := ParseBudgets("heap=12KiB,flash=64KiB,ticks=200M,ram=20_000")
	if err != nil {
		t.Fatal(err)
	}
	want := []int64{12 << 10, 64 << 10, 200_000_000, 20_000}
	for i, b := range got {
		if b.Most != want[i] {
			t.Errorf("%s: %d, want %d", b.Name, b.Most, want[i])
		}
	}
	for _, bad := range []string{"heap", "heap=", "heap=-1", "heap=1TB", "stack=1", "heap=1,heap=2", "heap=99999999999GiB"} {
		if _, err := ParseBudgets(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// TestPath: the way that is told ends at the choice, and what it passed was
// measured, checked and better each time.
func TestPath(t *testing.T) {
	for _, by := range []string{"flash", "heap", "ram", "ticks"} {
		out := run(t, newToy(), by, "")
		if len(out.Path) == 0 {
			t.Fatalf("%s: no way", by)
		}
		last := out.Start.Metrics
		g := Goal{Minimise: Quantities[slices.IndexFunc(Quantities, func(q Quantity) bool { return q.Name == by })]}
		for _, p := range out.Path {
			now := map[string]int64{}
			for _, q := range Quantities {
				now[q.Metric] = p.Metrics[q.Name]
			}
			if len(p.Moves) == 0 || !g.better(now, last) {
				t.Errorf("%s: %v to %v by %q", by, last, now, p.Moves)
			}
			last = now
		}
		if !maps.Equal(last, out.Chosen.Metrics) {
			t.Errorf("%s: the way ends at %v, chosen was %v", by, last, out.Chosen.Metrics)
		}
	}
}

// TestBroken: what a search found before its measure failed is not lost, and
// has neither a front nor more than was kept.
func TestBroken(t *testing.T) {
	y := newToy()
	calls := 0
	tuner := Tuner{Goal: Goal{Minimise: Quantities[0]}, Space: y.space(), Say: func(string) {}, Measure: func(ctx context.Context, points []Point, checked bool) ([]Result, error) {
		if calls++; calls > 12 {
			return nil, context.DeadlineExceeded
		}
		return y.measure(ctx, points, checked)
	}}
	out, err := tuner.Run(context.Background(), Point{ARM: "-O2", CA: "pem"})
	if err == nil || out == nil || out.Front != nil || len(out.Steps) == 0 || !out.Chosen.OK || !tuner.Goal.better(out.Chosen.Metrics, out.Start.Metrics) {
		t.Errorf("%v, %+v", err, out)
	}
}
