package calibrate

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"tlslab/boards"
	"tlslab/emu"
)

// three is a file of two runs, at 100 MHz and with a faster flash at 100 MHz.
func three() *Silicon {
	return &Silicon{
		Boards: []boards.Board{{Name: "slow", ClockHz: 100_000_000}, {Name: "fast", ClockHz: 100_000_000}},
		Runs: []Run{
			{Name: "slow", Board: "slow", Library: "1.0", Goal: &Goal{Median: 10, Worst: 20}, OS: &OS{HeapCycles: 50}},
			{Name: "fast", Board: "fast", Goal: &Goal{Unit: Times, Median: 10, Worst: 10}},
		},
		Rows: []Row{
			{Run: "slow", Operation: "hash", Unit: CyclesPerByte, Published: 20},
			{Run: "slow", Operation: "sign", Unit: Milliseconds, Published: 40},
			{Run: "slow", Operation: "hash", Unit: SpeedLost, Published: 20, High: 30, Against: "fast"},
			{Run: "fast", Operation: "hash", Unit: Instructions, Published: 10240},
			{Run: "fast", Operation: "hash", Unit: Cycles, Published: 10240},
			{Run: "fast", Operation: "hash", Unit: Times, Published: 2, Against: "slow"},
		},
	}
}

func made() map[string][]Measured {
	return map[string][]Measured{
		"slow": {
			{Operation: Operation{Name: "hash"}, Rounds: 2, Counters: emu.Counters{Ops: 20480, MilliCycles: 2 * 20480 * 1000}},
			{Operation: Operation{Name: "sign"}, Rounds: 1, Counters: emu.Counters{MilliCycles: 4_000_000 * 1000},
				Functions: map[string]emu.Function{"malloc": {Calls: 1000}, "free": {Calls: 1000}}},
		},
		"fast": {{Operation: Operation{Name: "hash"}, Rounds: 1, Counters: emu.Counters{Ops: 10240, MilliCycles: 12288 * 1000}}},
	}
}

func TestCompare(t *testing.T) {
	s := three()
	outcomes, err := s.Compare(made())
	if err != nil {
		t.Fatal(err)
	}
	near := func(got, want float64) bool { return math.Abs(got-want) < 1e-9 }
	slow, fast := outcomes[0], outcomes[1]
	for i, want := range []struct{ predicted, percent float64 }{
		{20, 0},                   // 20480 cycles for 1024 bytes
		{41, 2.5},                 // 4,000,000 cycles and 2000 calls of 50, at 100 MHz
		{40, 100 * (60.0/70 - 1)}, // the speed left is 60 %, where 70 to 80 were
	} {
		if r := slow.Results[i]; !near(r.Predicted, want.predicted) || !near(r.Percent, want.percent) {
			t.Errorf("slow, row %d: %v, off by %v; want %v, %v", i, r.Predicted, r.Percent, want.predicted, want.percent)
		}
	}
	if !near(slow.Median, 2.5) || !near(slow.Worst, 100*(1-60.0/70)) || !slow.Met() {
		t.Errorf("slow: median %v, worst %v, met %v", slow.Median, slow.Worst, slow.Met())
	}
	// Instructions don't count, and the goal is for the ratio alone.
	if r := fast.Results[2]; !near(r.Predicted, 20480.0/12288) || fast.Met() || !near(fast.Median, (20+100*(1-20480.0/12288/2))/2) {
		t.Errorf("fast: %v times, median %v, met %v", r.Predicted, fast.Median, fast.Met())
	}
	s.Runs[1].Goal.Unit = Cycles
	s.Runs[1].Goal.Median, s.Runs[1].Goal.Worst = 20.1, 20.1
	if !fast.Met() {
		t.Error("a goal for cycles alone is not met")
	}
}

func TestJudged(t *testing.T) {
	s := three()
	outcomes, err := s.Compare(made())
	if err != nil {
		t.Fatal(err)
	}
	slow, fast := outcomes[0], outcomes[1]
	for library, want := range map[string]bool{"1.0": true, "1.1": false, OwnLibrary: true} {
		if slow.Judged(map[string]Provenance{"slow": {Library: library}}) != want {
			t.Errorf("figures of 1.0, library %s: judged is not %v", library, want)
		}
	}
	if fast.Judged(nil) || !fast.Judged(map[string]Provenance{"fast": {Library: "1.1"}}) {
		t.Error("a run that was not made, or one whose library does not matter")
	}
	s.Runs[1].Goal = nil
	if fast.Judged(map[string]Provenance{"fast": {}}) {
		t.Error("a run without a goal")
	}
}

// A row that was not run has no prediction, and no goal is met without it.
func TestCompareMissing(t *testing.T) {
	m := made()
	delete(m, "fast")
	outcomes, err := three().Compare(m)
	if err != nil {
		t.Fatal(err)
	}
	slow, fast := outcomes[0], outcomes[1]
	if slow.Results[2].Missing == "" || slow.Met() || fast.Met() || !math.IsNaN(fast.Median) {
		t.Errorf("slow %+v, fast median %v", slow.Results[2], fast.Median)
	}
	var b strings.Builder
	if err := Write(&b, outcomes, map[string]Provenance{"slow": {Library: "1.1"}}); err != nil {
		t.Fatal(err)
	}
	const want = `run   operation  predicted  published     unit            error
slow  hash       20.0       20.0          cycles/byte     0.0 %
slow  sign       41.0       40.0          ms              +2.5 %
slow  hash       -          20.0 to 30.0  % slower, fast  run fast was not made
fast  hash       -          10 240        insns           not run
fast  hash       -          10 240        cycles          not run
fast  hash       -          2.00          times, slow     not run

run   library  published with  median  worst  goal
slow  1.1      1.0             1.2 %   2.5 %  10 %, 20 %: not judged
fast  -        -               -       -      times: 10 %, 10 %: not judged

slow: 50 cycles of the operating system are in it for each malloc and free
`
	if b.String() != want {
		t.Errorf("report:\n%s\nwant:\n%s", b.String(), want)
	}
	data, err := JSON(outcomes, map[string]Provenance{"slow": {Library: "1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Schema int
		Runs   []struct {
			Median *float64 `json:"median-percent"`
			Rows   []struct {
				Predicted *float64 `json:"est-predicted"`
				Missing   string
			}
		}
	}
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if back.Schema != Schema || back.Runs[1].Median != nil || back.Runs[1].Rows[0].Predicted != nil || *back.Runs[0].Rows[1].Predicted != 41 {
		t.Errorf("JSON:\n%s", data)
	}
}
