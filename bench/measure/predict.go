package measure

import (
	"errors"
	"fmt"
	"strings"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/study/factor"
	"tlslab/boards"
	"tlslab/boards/timing"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// Stamp is what a board's factors depend on, as far as it can be known without
// the emulator.
func (l *Bench) Stamp(p *profiles.Profile, board *boards.Board) (map[string]string, error) {
	model, err := timing.Load(board.Timing)
	if err != nil {
		return nil, err
	}
	guest, err := core.GuestDigest()
	if err != nil {
		return nil, err
	}
	stamp := map[string]string{
		"core": l.Source.Digest, "guest": guest, "board": board.Digest(), "timing": model.Digest(),
		"wasm flags": strings.Join(l.Builder.WasmFlags(p.Compiler.Wasm), " "),
		"arm flags":  strings.Join(l.Builder.ARMFlags(board, p.Compiler.ARM), " "),
		"meter":      l.Machine.Versions()["meter"],
		"counter":    l.Counter,
	}
	for name, v := range l.Builder.Tools.Versions {
		stamp[name] = v
	}
	return stamp, nil
}

// Factors are a board's, or nil with the reason where there are none that fit.
func (l *Bench) Factors(p *profiles.Profile, board *boards.Board) (*factor.Model, error) {
	if board.Timing == "" {
		return nil, nil
	}
	stamp, err := l.Stamp(p, board)
	if err != nil {
		return nil, err
	}
	m, err := factor.Load(board.Name, stamp)
	var other *factor.StampError
	if errors.Is(err, factor.ErrNone) || errors.As(err, &other) {
		return nil, nil
	}
	return m, err
}

// unknownShare is the share of instructions in functions without factors, in
// percent, above which a prediction says so.
const unknownShare = 5

// predict gives a case of the wasm machine the cycles of its board, by the
// board's factors.
func (l *Bench) predict(c *results.Case, r *lab.Run, p *profiles.Profile, board *boards.Board) error {
	m, err := l.Factors(p, board)
	if m == nil || err != nil || !r.Record.Done {
		return err
	}
	phases := map[metric.Phase]uint64{}
	var run, handshake, unknown uint64
	for i, ph := range r.PhaseFunctions {
		milli, u := m.MilliCycles(ph.Functions)
		phases[ph.Phase] += milli
		run, unknown = run+milli, unknown+u
		if i < len(c.HeapCurve) { // it has a point where each phase ended
			c.HeapCurve[i].EstUS = per(cyclesOf(run), microseconds, board.ClockHz)
		}
	}
	for _, ph := range r.Record.Phases {
		if ph.Handshake {
			handshake += phases[ph.Name]
		}
	}
	for i := range c.Phases {
		c.Phases[i].Metrics[metric.EstCycles] = cyclesOf(phases[c.Phases[i].Name])
	}
	estimates(c.Metrics, run, handshake, board)
	if unknown*100 > r.Counters.Ops*unknownShare {
		c.Warnings = append(c.Warnings, fmt.Sprintf("%d of %d %s were executed in functions the board's factors do not know: %s is a guess",
			unknown, r.Counters.Ops, metric.WasmOps, metric.EstCycles))
	}
	return nil
}

// Samples pairs the phases of one case's two runs.
func Samples(wasm, board *lab.Traced) ([]factor.Sample, error) {
	if len(wasm.PhaseFunctions) != len(board.PhaseFunctions) {
		return nil, errors.New("the two machines went through different phases")
	}
	var out []factor.Sample
	for i, w := range wasm.PhaseFunctions {
		b := board.PhaseFunctions[i]
		if b.Phase != w.Phase {
			return nil, fmt.Errorf("phase %d is %s on wasm, %s on the board", i, w.Phase, b.Phase)
		}
		functions := factor.Names(w.Functions)
		out = append(out, factor.Sample{Phase: w.Phase, Wasm: functions, MilliCycles: factor.Attribute(b.Calls, functions, emu.Harness)})
	}
	return out, nil
}
