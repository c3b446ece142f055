package measure

import (
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// One function with the same code and the same work takes the same number of
// instructions, or a count is wrong; where anything else differs nothing is said.
func TestUnlikeInsns(t *testing.T) {
	t.Parallel()
	one := func(config string, insns int64, change func(c *results.Case, w *results.FunctionWork)) results.Case {
		w := results.FunctionWork{Code: "c0de", Calls: 2, WasmOps: 100, WasmCalls: 2}
		c := results.Case{Config: config, Board: "b", Scenario: "s", Machine: "qemu", Work: &results.Work{Elsewhere: "e"},
			Functions: []results.Function{{Name: "calloc", Metrics: map[string]int64{metric.Insns: insns}}}}
		if change != nil {
			change(&c, &w)
		}
		if c.Work != nil {
			c.Work.Functions = map[string]results.FunctionWork{"calloc": w}
		}
		return c
	}
	base := one("a", 34, nil)
	for _, c := range []struct {
		name  string
		other results.Case
		want  []string
	}{
		{"the same", one("b", 34, nil), nil},
		{"another count", one("b", 36, nil), []string{"calloc, s: 34 insns in a on b, 36 in b on b"}},
		{"other code", one("b", 36, func(_ *results.Case, w *results.FunctionWork) { w.Code = "c0ffee" }), nil},
		{"other calls", one("b", 36, func(_ *results.Case, w *results.FunctionWork) { w.Calls++ }), nil},
		{"other work", one("b", 36, func(_ *results.Case, w *results.FunctionWork) { w.WasmOps++ }), nil},
		{"other calls on wasm", one("b", 36, func(_ *results.Case, w *results.FunctionWork) { w.WasmCalls++ }), nil},
		{"other work elsewhere", one("b", 36, func(c *results.Case, _ *results.FunctionWork) { c.Work.Elsewhere = "f" }), nil},
		{"another scenario", one("b", 36, func(c *results.Case, _ *results.FunctionWork) { c.Scenario = "t" }), nil},
		{"work not known", one("b", 36, func(c *results.Case, _ *results.FunctionWork) { c.Work = nil }), nil},
	} {
		if got := UnlikeInsns([]results.Case{base, c.other}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	f := results.File{Schema: results.Schema, Cases: []results.Case{base}}
	if text, err := f.JSON(); err != nil || strings.Contains(string(text), "c0de") {
		t.Errorf("%v: the work is in the results file", err)
	}
}
