package measure

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// work has the conversation of a run of firmware once more on the wasm machine,
// and says what each function did in both. nil where the wasm machine's does not
// end as well.
func (p *prepared) work(ctx context.Context, r *lab.Run) (*results.Work, error) {
	twin := p.On(p.bench.Machine)
	defer twin.Close(ctx)
	t, err := twin.Converse(ctx, lab.Conversation{Bare: true})
	if err != nil || t.Err != nil {
		return nil, err
	}
	w := &results.Work{Functions: map[string]results.FunctionWork{}}
	elsewhere := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(t.Functions)) {
		f, code := t.Functions[name], p.Image.Code[name]
		if _, linked := p.Image.Frames[name]; !linked {
			fmt.Fprintln(elsewhere, name, f.Ops, f.Calls)
		}
		if board, ran := r.Functions[name]; ran && code != "" {
			w.Functions[name] = results.FunctionWork{Code: code, Calls: board.Calls, WasmOps: f.Ops, WasmCalls: f.Calls}
		}
	}
	w.Elsewhere = hex.EncodeToString(elsewhere.Sum(nil)[:8])
	return w, nil
}

// UnlikeInsns are the functions that took another number of instructions in one
// image than in another, in one scenario, although code and work are the same:
// then one of the counts is wrong. Each is one line.
func UnlikeInsns(cases []results.Case) []string {
	type same struct {
		scenario            string
		machine             metric.Machine
		function, elsewhere string
		work                results.FunctionWork
	}
	type counted struct {
		config string
		insns  int64
	}
	first := map[same]counted{}
	var out []string
	for i := range cases {
		c := &cases[i]
		if c.Work == nil {
			continue
		}
		for _, f := range c.Functions {
			work, ok := c.Work.Functions[f.Name]
			insns, counts := f.Metrics[metric.Insns]
			if !ok || !counts {
				continue
			}
			key := same{c.Scenario, c.Machine, f.Name, c.Work.Elsewhere, work}
			a, seen := first[key]
			if !seen {
				first[key] = counted{config: where(c), insns: insns}
			} else if a.insns != insns {
				out = append(out, fmt.Sprintf("%s, %s: %d insns in %s, %d in %s", f.Name, c.Scenario, a.insns, a.config, insns, where(c)))
			}
		}
	}
	slices.SortFunc(out, cmp.Compare)
	return out
}

// where is a case's image among those of one scenario.
func where(c *results.Case) string { return c.Config + " on " + c.Board }
