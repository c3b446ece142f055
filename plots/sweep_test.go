package plots

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
)

// sweepFile is a made-up sweep of 577 points in two scenarios: all combinations
// of five options' values, and a base that is none of them. In one scenario a
// value does not serve, in the other a value accepts a bad certificate.
func sweepFile() *results.File {
	return sweepOf([]axis{
		{"AES_ROM_TABLES", []string{"on", "off"}},
		{"ECP_FIXED_POINT_OPTIM", []string{"0", "1"}},
		{"ECP_WINDOW_SIZE", []string{"2", "3", "4", "5", "6", "7"}},
		{"MPI_MAX_SIZE", []string{"256", "1024"}},
		{"MPI_WINDOW_SIZE", []string{"1", "2", "3", "4", "5", "6"}},
		{"SSL_MAX_CONTENT_LEN", []string{"2048", "6144"}},
	}, "rsa-aes256-cbc-sha256", "ecdhe-rsa-aes128-gcm")
}

type axis struct {
	option string
	values []string
}

func sweepOf(axes []axis, scenarios ...string) *results.File {
	f := few()
	f.Cases = nil
	for _, s := range scenarios {
		base := madeUp(s, "rtthread-optimised", "", "", nil)
		base.Checks = []results.Check{{Name: "wrong-name", Outcome: "CERT_VERIFY_FAILED", Refused: true}}
		f.Cases = append(f.Cases, base)
		points := []map[string]string{{}}
		for _, a := range axes {
			var next []map[string]string
			for _, p := range points {
				for _, v := range a.values {
					q := maps.Clone(p)
					q[a.option] = v
					next = append(next, q)
				}
			}
			points = next
		}
		for _, p := range points {
			c := madeUp(s, "rtthread-optimised", "", "", p)
			var names []string
			for _, a := range axes {
				names = append(names, a.option+"="+p[a.option])
			}
			c.Base, c.Option, c.Value = c.Config, axes[0].option, p[axes[0].option]
			c.Config, c.Settings = c.Base+"/"+strings.Join(names, "+"), p
			c.Phases, c.HeapCurve = nil, nil
			c.Checks = slices.Clone(base.Checks)
			if p["MPI_MAX_SIZE"] == "1024" && p["ECP_WINDOW_SIZE"] == "2" {
				c.Checks[0] = results.Check{Name: "wrong-name", Outcome: results.OutcomeAccepted}
			}
			f.Cases = append(f.Cases, c)
		}
	}
	return f
}

// smallSweep is two options in one scenario: a golden that can be read. The base
// is one of its points.
func smallSweep() *results.File {
	f := sweepOf([]axis{{"ECP_WINDOW_SIZE", []string{"2", "3", "4", "5"}}, {"SSL_MAX_CONTENT_LEN", []string{"2048", "3584"}}}, "ecdhe-ecdsa-p256-aes128-gcm")
	f.Cases = slices.DeleteFunc(f.Cases, func(c results.Case) bool {
		return strings.HasSuffix(c.Config, "/ECP_WINDOW_SIZE=2+SSL_MAX_CONTENT_LEN=3584")
	})
	f.Cases[0].Settings = map[string]string{"ECP_WINDOW_SIZE": "2", "SSL_MAX_CONTENT_LEN": "3584"}
	return f
}

func figuresOf(t *testing.T, f *results.File) map[string]*figure {
	t.Helper()
	figures, err := all(f)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*figure{}
	for _, fig := range figures {
		out[fig.name] = fig
	}
	return out
}

func TestSweepGoldens(t *testing.T) {
	const s = "ecdhe-ecdsa-p256-aes128-gcm"
	dir, names := render(t, smallSweep())
	want := []string{"figures.md"}
	for _, n := range []string{"sweep-heap", "sweep-flash", "axes-ticks", "axes-heap", "axes-flash", "map-heap"} {
		want = append(want, n+"_"+s+".svg", n+"_"+s+".png")
	}
	slices.Sort(want)
	slices.Sort(names)
	if !slices.Equal(names, want) {
		t.Errorf("rendered %q", names)
	}
	for _, name := range []string{"sweep-heap_" + s + ".svg", "map-heap_" + s + ".svg", "axes-heap_" + s + ".svg"} {
		testutil.Golden(t, filepath.Join("testdata", name), read(t, filepath.Join(dir, name)))
	}
	testutil.Golden(t, filepath.Join("testdata", "figures_sweep.md"), read(t, filepath.Join(dir, "figures.md")))
}

// A sweep has a few figures a scenario, however many points it has, and the
// same whatever their order is.
func TestLargeSweep(t *testing.T) {
	f, g := sweepFile(), sweepFile()
	slices.Reverse(g.Cases)
	a, b := figuresOf(t, f), figuresOf(t, g)
	if len(a) > 2*8 {
		t.Errorf("%d figures: %q", len(a), slices.Sorted(maps.Keys(a)))
	}
	for name, fig := range a {
		x, err := fig.svg()
		if err != nil {
			t.Fatal(err)
		}
		if b[name] == nil {
			t.Fatalf("%s is not drawn from the reverse", name)
		}
		if y, err := b[name].svg(); err != nil || string(x) != string(y) || fig.below != b[name].below {
			t.Errorf("%s depends on the order of the cases (%v)", name, err)
		}
		for _, bad := range []string{"NaN", "Inf"} {
			if strings.Contains(string(x), bad) {
				t.Errorf("%s has %s", name, bad)
			}
		}
	}
	front := a["sweep-heap_ecdhe-rsa-aes128-gcm"]
	for _, want := range []string{
		"289 points of a sweep",
		"Square: the base, rtthread-optimised.",
		"Ring: accepts bad certificates that the base refuses.",
		"All of the front: AES_ROM_TABLES=on, MPI_MAX_SIZE=1024, SSL_MAX_CONTENT_LEN=2048.",
		"Not drawn, as they do not serve this scenario: 288 of 577 points: MPI_BAD_INPUT_DATA in server-certificate (288, each with MPI_MAX_SIZE=256).",
	} {
		if !strings.Contains(front.caption, want) {
			t.Errorf("the caption does not say %q: %s", want, front.caption)
		}
	}
	rsa := a["sweep-heap_rsa-aes256-cbc-sha256"]
	if !strings.Contains(rsa.caption, "Without any effect on either number: ECP_FIXED_POINT_OPTIM, ECP_WINDOW_SIZE.") || strings.Contains(rsa.caption, "ECP_WINDOW_SIZE=") {
		t.Errorf("what does not matter: %s", rsa.caption)
	}
	if n := strings.Count(front.below, "\n") - 2; n <= frontNamed {
		t.Errorf("a front of %d points: no long one is tested", n)
	}
}

// front is made-up points of a front: their numbers and settings.
func front(points ...map[string]string) []*spot {
	var spots []*spot
	for i, p := range points {
		c := &results.Case{Config: "b/p", Base: "b", Settings: p}
		if p["base"] != "" {
			c = &results.Case{Config: "b"}
		}
		spots = append(spots, &spot{ops: int64(i), cases: []*results.Case{c}, front: true})
	}
	return spots
}

func TestSteps(t *testing.T) {
	for _, tt := range []struct {
		name     string
		points   []map[string]string
		words    []string
		constant string
	}{
		{"neighbours", []map[string]string{{"A": "on", "B": "2", "C": "0", "IDLE": "1"}, {"A": "on", "B": "3", "C": "0", "IDLE": "2"}, {"A": "off", "B": "1", "C": "0"}},
			[]string{"A=on, B=2", "B 2→3", "A on→off, B 3→1"}, "C=0"},
		{"a base that does not tell", []map[string]string{{"A": "1", "B": "2"}, {"base": "yes"}, {"A": "2", "B": "2"}},
			[]string{"A=1, B=2", "b", "A=2, B=2"}, ""},
		{"one point", []map[string]string{{"A": "1"}}, []string{"A=1"}, ""},
	} {
		steps, constant := stepsOf(front(tt.points...), nil, []string{"IDLE"})
		var words []string
		for _, s := range steps {
			words = append(words, s.words)
		}
		if !slices.Equal(words, tt.words) || constant != tt.constant {
			t.Errorf("%s: %q, constant %q", tt.name, words, constant)
		}
	}
}

// Of points with equal numbers the front names the one nearest to the step
// before, and of two as near the one that refuses bad certificates.
func TestNearest(t *testing.T) {
	refuses := []results.Check{{Name: "expired", Outcome: "X", Refused: true}}
	accepts := []results.Check{{Name: "expired", Outcome: results.OutcomeAccepted}}
	base := &results.Case{Config: "b", Checks: refuses}
	from := &results.Case{Settings: map[string]string{"A": "1", "B": "1", "C": "1"}}
	point := func(a, b string, checks []results.Check) *results.Case {
		return &results.Case{Base: "b", Settings: map[string]string{"A": a, "B": b, "C": "1"}, Checks: checks}
	}
	far, near, weak := point("2", "2", refuses), point("1", "2", refuses), point("2", "1", accepts)
	if got := nearest([]*results.Case{far, weak, near}, from, base); got != near {
		t.Errorf("took %v", got.Settings)
	}
	if got := nearest([]*results.Case{weak, far}, nil, base); got != far {
		t.Errorf("took %v, which accepts an expired certificate", got.Settings)
	}
}

// What had to go along with a single option does not make a sweep of it.
func TestNotASweep(t *testing.T) {
	f := few()
	for i := range f.Cases {
		if c := &f.Cases[i]; c.Option == "MPI_WINDOW_SIZE" {
			c.Settings = map[string]string{c.Option: c.Value, "BIGNUM_C": "on"}
		}
	}
	if a := figuresOf(t, f); a["knobs"] == nil || a["axes-heap_rsa-aes256-cbc-sha256"] != nil {
		t.Errorf("drawn: %q", slices.Sorted(maps.Keys(a)))
	}
	if a := figuresOf(t, smallSweep()); a["knobs"] != nil || a["phases"] != nil {
		t.Errorf("drawn for a sweep: %q", slices.Sorted(maps.Keys(a)))
	}
}

// TestBaseOnAxis: the base's own value is on a single axis, in brackets and in its
// place, though no variation has it.
func TestBaseOnAxis(t *testing.T) {
	f := few()
	var option, own string
	f.Cases = slices.DeleteFunc(f.Cases, func(c results.Case) bool {
		if c.Option == "MPI_WINDOW_SIZE" && own == "" {
			option, own = c.Option, c.Value
		}
		return c.Option != "" && (c.Option != option || c.Value == own)
	})
	for i := range f.Cases {
		if f.Cases[i].Base == "" {
			f.Cases[i].Settings = map[string]string{option: own}
		}
	}
	fig := figuresOf(t, f)["knob_"+option]
	if fig == nil {
		t.Fatal("not drawn")
	}
	if !slices.ContainsFunc(textsOf(t, fig), func(x word) bool { return x.s == "["+own+"]" }) {
		t.Errorf("[%s] is not on the axis", own)
	}
	if strings.Contains(fig.caption, "Without a number") {
		t.Errorf("%s", fig.caption)
	}
}

// TestOwnIsLabelled: of an axis with too many values for all labels, the base's
// own has one.
func TestOwnIsLabelled(t *testing.T) {
	var words []string
	for i := range 40 {
		words = append(words, fmt.Sprint(1000+i))
	}
	labelled := 0
	for _, tick := range categories(words, "1013", 150) {
		if tick.Label != "" {
			labelled++
		}
		if tick.Value == 13 && tick.Label != "[1013]" {
			t.Errorf("the base's own is labelled %q", tick.Label)
		}
	}
	if labelled < 3 || labelled == len(words) {
		t.Errorf("%d labels", labelled)
	}
}

// TestBaseBesideAxes: a base with a value that is on no axis is on the figures.
func TestBaseBesideAxes(t *testing.T) {
	f := smallSweep()
	f.Cases[0].Settings = map[string]string{"ECP_WINDOW_SIZE": "7", "SSL_MAX_CONTENT_LEN": "3584"}
	fig := figuresOf(t, f)["map-heap_ecdhe-ecdsa-p256-aes128-gcm"]
	if fig == nil || !strings.Contains(fig.caption, "Framed: the base") || !strings.Contains(fig.caption, "Hatched: not measured.") {
		t.Errorf("%+v", fig)
	}
	axes := figuresOf(t, f)["axes-heap_ecdhe-ecdsa-p256-aes128-gcm"]
	if !slices.ContainsFunc(textsOf(t, axes), func(x word) bool { return x.s == "[7]" }) {
		t.Error("[7] is not on the axis")
	}
}

// The results an atlas was made from have too many options for a panel each.
func TestManyOptions(t *testing.T) {
	const s = "rsa-aes256-cbc-sha256"
	f := few()
	for i := range mostKnobs + 1 {
		f.Cases = append(f.Cases, madeUp(s, "rtthread-optimised", "OPTION_"+strings.Repeat("I", i), "on", nil))
	}
	a := figuresOf(t, f)
	if front := a["heap-ticks_"+s]; front == nil || a["knobs"] != nil || a["phases"] != nil || !strings.Contains(front.caption, "27 options were varied, which is too many") {
		t.Errorf("drawn: %q", slices.Sorted(maps.Keys(a)))
	}
}

func TestOddSweeps(t *testing.T) {
	const s = "ecdhe-ecdsa-p256-aes128-gcm"
	failed := smallSweep()
	for i := range failed.Cases {
		failed.Cases[i].Outcome = "OUT_OF_HEAP"
	}
	if _, err := all(failed); err == nil {
		t.Error("drawn without a number")
	}
	noFlash := smallSweep()
	for i := range noFlash.Cases {
		delete(noFlash.Cases[i].Metrics, metric.Flash)
	}
	if a := figuresOf(t, noFlash); a["sweep-heap_"+s] == nil || a["sweep-flash_"+s] != nil || a["axes-flash_"+s] != nil {
		t.Errorf("drawn without flash: %q", slices.Sorted(maps.Keys(a)))
	}
	some := smallSweep()
	delete(some.Cases[3].Metrics, metric.HeapPeak)
	if c := figuresOf(t, some)["sweep-heap_"+s].caption; !strings.Contains(c, "No heap-peak-B was measured for 1 of 8 points.") {
		t.Errorf("not said: %s", c)
	}
	alone := smallSweep()
	alone.Cases = alone.Cases[1:] // a shard may lack the base
	if a := figuresOf(t, alone); a["sweep-heap_"+s] == nil || strings.Contains(a["axes-heap_"+s].caption, "Dashed") {
		t.Errorf("without a base: %q", slices.Sorted(maps.Keys(a)))
	}
	// On an emulated board a sweep is told in its time, an estimate.
	timed := smallSweep()
	for i := range timed.Cases {
		timed.Cases[i] = emulated(timed.Cases[i], 120, 168)
	}
	if fig := figuresOf(t, timed)["sweep-heap_"+s]; fig == nil || !strings.Contains(fig.caption, "time is an estimate") {
		t.Errorf("an emulated board's: %+v", fig)
	} else {
		checkText(t, fig)
	}
	// An axis too long for a map's columns and rows still has its panel.
	var values []string
	for i := range 60 {
		values = append(values, decimal(float64(1000+64*i), 0))
	}
	for i, v := range values {
		values[i] = strings.ReplaceAll(v, ",", "")
	}
	long := sweepOf([]axis{{"SSL_MAX_CONTENT_LEN", values}, {"ECP_WINDOW_SIZE", []string{"2", "4"}}}, s)
	a := figuresOf(t, long)
	if a["axes-heap_"+s] == nil || a["map-heap_"+s] != nil {
		t.Errorf("60 values: %q", slices.Sorted(maps.Keys(a)))
	}
	checkText(t, a["axes-heap_"+s])
}

func TestPanel(t *testing.T) {
	var cases []*results.Case
	for i, n := range []int64{4096, 1024, 3072, 8192, 2048} {
		v := "1"
		if i == 4 {
			v = "2"
		}
		cases = append(cases, &results.Case{Base: "b", Settings: map[string]string{"A": v, "B": "x"}, Metrics: map[string]int64{metric.HeapPeak: n}})
	}
	p := panelOf("A", []string{"1", "2", "3"}, cases, measureOf(metric.HeapPeak))
	if !slices.Equal(p.least, []float64{1, 2, 0}) || !slices.Equal(p.median, []float64{3.5, 2, 0}) || !slices.Equal(p.most, []float64{8, 2, 0}) ||
		!slices.Equal(p.have, []bool{true, true, false}) {
		t.Errorf("%+v", p)
	}
}

func TestHeatMap(t *testing.T) {
	f := smallSweep()
	const s = "ecdhe-ecdsa-p256-aes128-gcm"
	// One point failed, one was not run.
	f.Cases = slices.DeleteFunc(f.Cases, func(c results.Case) bool { return strings.HasSuffix(c.Config, "=4+SSL_MAX_CONTENT_LEN=2048") })
	for i := range f.Cases {
		if strings.HasSuffix(f.Cases[i].Config, "=5+SSL_MAX_CONTENT_LEN=2048") {
			f.Cases[i].Outcome = "OUT_OF_HEAP"
		}
	}
	fig := figuresOf(t, f)["map-heap_"+s]
	for _, want := range []string{"In each cell heap-peak-B;", "Framed: the base, rtthread-optimised.", "Crossed: does not serve the scenario. Hatched: not measured."} {
		if !strings.Contains(fig.caption, want) {
			t.Errorf("the caption does not say %q: %s", want, fig.caption)
		}
	}
	var words []string
	for _, w := range textsOf(t, fig) {
		words = append(words, w.s)
	}
	for _, c := range f.Cases {
		n := decimal(float64(c.Metrics[metric.HeapPeak]), 0)
		if has := slices.Contains(words, n); has != (c.Outcome == results.OutcomeConnected) {
			t.Errorf("%s: %s is there: %v", c.Config, n, has)
		}
	}
	// With more axes than two the others stay as they are.
	fig = figuresOf(t, sweepFile())["map-heap_ecdhe-rsa-aes128-gcm"]
	if want := "All else as in the point with least heap: AES_ROM_TABLES=off, ECP_FIXED_POINT_OPTIM=0, MPI_MAX_SIZE=1024, SSL_MAX_CONTENT_LEN=2048."; !strings.Contains(fig.caption, want) {
		t.Errorf("the caption does not say %q: %s", want, fig.caption)
	}
}

func TestUnserved(t *testing.T) {
	point := func(outcome, a, b string) *results.Case {
		return &results.Case{Config: "c/A=" + a + "+B=" + b, Base: "c", Option: "A", Value: a, Outcome: results.Outcome(outcome), Settings: map[string]string{"A": a, "B": b}}
	}
	cases := []*results.Case{
		point(string(results.OutcomeConnected), "1", "x"), point(string(results.OutcomeConnected), "2", "x"), point("NO", "3", "x"),
		point("NO", "3", "y"), point("LATE", "1", "y"), point("NO", "4", "y"),
	}
	want := "Not drawn, as they do not serve this scenario: 4 of 6 points: NO (3, each with A=3,4); LATE (1, each with A=1, B=y)."
	if got := unserved(cases); got != want {
		t.Errorf("%s", got)
	}
	if got := unserved(cases[:2]); got != "" {
		t.Errorf("all connect: %s", got)
	}
}
