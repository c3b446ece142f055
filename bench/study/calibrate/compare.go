package calibrate

import (
	"math"
	"slices"

	"tlslab/boards"
)

// Result is a row with what was predicted.
type Result struct {
	Row
	Predicted float64
	// Percent is how far the prediction is from the figure, or from the nearer
	// end of a range; 0 within it.
	Percent float64
	// Missing says why there is no prediction, "" where there is one.
	Missing string
}

// Outcome is a run's results with their summary.
type Outcome struct {
	Run     *Run
	Results []Result
	// Median and Worst are of the sizes of the errors, percent, NaN without
	// results. Instructions are no prediction: they say how alike the code is.
	Median, Worst float64
}

// Judged says whether the run's goal can be: it has one, and was made with the
// library that the figures are of, or with an image that somebody answers for.
func (o *Outcome) Judged(from map[string]Provenance) bool {
	p, made := from[o.Run.Name]
	return o.Run.Goal != nil && made && (o.Run.Library == "" || p.Library == o.Run.Library || p.Library == OwnLibrary)
}

// Met says whether the run's goal is met: true without a goal, and false when
// a row that it is for is missing.
func (o *Outcome) Met() bool {
	goal := o.Run.Goal
	if goal == nil {
		return true
	}
	var errors []float64
	for _, r := range o.Results {
		if goal.Unit != "" && r.Unit != goal.Unit || r.Unit == Instructions {
			continue
		}
		if r.Missing != "" {
			return false
		}
		errors = append(errors, math.Abs(r.Percent))
	}
	median, worst := medianWorst(errors)
	return median <= goal.Median && worst <= goal.Worst
}

// primitiveBytes is PRIMITIVE_BYTES of core/port/mbedtls/primitives.h.
const primitiveBytes = 1024

// Compare puts what was measured, by run, beside what was published.
func (s *Silicon) Compare(measured map[string][]Measured) ([]Outcome, error) {
	var out []Outcome
	for i := range s.Runs {
		o := Outcome{Run: &s.Runs[i]}
		var errors []float64
		for _, row := range s.Rows {
			if row.Run != o.Run.Name {
				continue
			}
			r, err := s.result(row, measured)
			if err != nil {
				return nil, err
			}
			if r.Missing == "" && r.Unit != Instructions {
				errors = append(errors, math.Abs(r.Percent))
			}
			o.Results = append(o.Results, r)
		}
		o.Median, o.Worst = medianWorst(errors)
		if len(o.Results) > 0 {
			out = append(out, o)
		}
	}
	return out, nil
}

func (s *Silicon) result(row Row, measured map[string][]Measured) (Result, error) {
	r := Result{Row: row}
	run, err := s.Run(row.Run)
	if err != nil {
		return r, err
	}
	board, err := s.Board(run.Board)
	if err != nil {
		return r, err
	}
	m := find(measured[row.Run], row)
	if m == nil {
		r.Missing = "not run"
		return r, nil
	}
	r.Predicted = predict(row.Unit, m, run, board)
	if row.Against != "" {
		other := find(measured[row.Against], row)
		if other == nil {
			r.Missing = "run " + row.Against + " was not made"
			return r, nil
		}
		ratio := perRound(other.Counters.MilliCycles, other) / perRound(m.Counters.MilliCycles, m)
		if r.Predicted = ratio; row.Unit == SpeedLost {
			r.Predicted = 100 * (1 - ratio)
		}
	}
	r.Percent = percent(r.Predicted, row)
	return r, nil
}

func find(all []Measured, row Row) *Measured {
	i := slices.IndexFunc(all, func(m Measured) bool {
		return m.Operation == Operation{row.Operation, row.Key}
	})
	if i < 0 {
		return nil
	}
	return &all[i]
}

// perRound is a count of one run of the operation.
func perRound(count uint64, m *Measured) float64 { return float64(count) / float64(m.Rounds) }

// predict is a measurement in a row's unit; 0 for units that compare.
func predict(unit string, m *Measured, run *Run, board *boards.Board) float64 {
	cycles := perRound(m.Counters.MilliCycles, m) / 1000
	if run.OS != nil {
		cycles += perRound(m.HeapCalls(), m) * run.OS.HeapCycles
	}
	switch unit {
	case CyclesPerByte:
		return cycles / primitiveBytes
	case Milliseconds:
		return cycles / float64(board.ClockHz) * 1000
	case Cycles:
		return cycles
	case Instructions:
		return perRound(m.Counters.Ops, m)
	}
	return 0
}

// percent is the error of a prediction. Of speed lost it is that of the speed
// that is left: 30 % lost where 25 % were is 70 against 75.
func percent(predicted float64, row Row) float64 {
	low, high := row.Published, max(row.High, row.Published)
	near := min(max(predicted, low), high)
	if row.Unit == SpeedLost {
		predicted, near = 100-predicted, 100-near
	}
	return 100 * (predicted/near - 1)
}

func medianWorst(v []float64) (median, worst float64) {
	if len(v) == 0 {
		return math.NaN(), math.NaN()
	}
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2, v[len(v)-1]
}

// Select keeps the named runs, and those they are compared with.
func (s *Silicon) Select(names []string) error {
	keep := map[string]bool{}
	for _, n := range names {
		if _, err := s.Run(n); err != nil {
			return err
		}
		keep[n] = true
	}
	s.Rows = slices.DeleteFunc(s.Rows, func(r Row) bool { return !keep[r.Run] })
	s.Runs = slices.DeleteFunc(s.Runs, func(r Run) bool { return len(s.Operations(r.Name)) == 0 })
	return nil
}
