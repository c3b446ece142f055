package plots

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
)

// machines is made-up data of both machines on three boards: the handshakes of
// few, emulated, on a fast board, a slow one and one without a timing model.
func machines() *results.File {
	f := few()
	wasm := f.Cases
	f.Provenance.Flags = map[string]string{
		"arm": "-mcpu=cortex-m7 -mthumb", "arm:stm32f103": "-mcpu=cortex-m3 -mthumb", "arm:vexpress-a9": "-mcpu=cortex-a9",
	}
	f.Cases = nil
	for _, b := range []struct {
		name            string
		percent, mega   int64 // cycles for 100 instructions, clock
		predictedPerMil int64 // of the cycles
	}{
		{"imxrt1052", 80, 600, 993}, {"stm32f103", 180, 72, 1016}, {"vexpress-a9", 0, 0, 0},
	} {
		for i, c := range wasm {
			c.Board = b.name
			q := emulated(c, b.percent, b.mega)
			c.Metrics = maps.Clone(c.Metrics)
			if cycles, ok := q.Metrics[metric.EstHandshakeCycles]; ok {
				c.Metrics[metric.EstHandshakeCycles] = cycles * (b.predictedPerMil + int64(i%3)) / 1000
				c.Metrics[metric.EstHandshakeUS] = c.Metrics[metric.EstHandshakeCycles] / b.mega
			}
			f.Cases = append(f.Cases, c, q)
		}
	}
	return f
}

// emulated is a case of the wasm machine as an emulated board would tell it.
func emulated(c results.Case, percent, mega int64) results.Case {
	cost := func(to, from map[string]int64, ops, insns, cycles string) {
		if n, ok := from[ops]; ok {
			to[insns] = n / 4
			if percent > 0 {
				to[cycles] = n / 4 * percent / 100
			}
		}
	}
	c.Machine = "qemu"
	from := c.Metrics
	c.Metrics = maps.Clone(from)
	for _, m := range []string{metric.WasmOps, metric.HandshakeWasmOps, metric.EstRAMPeak} {
		delete(c.Metrics, m)
	}
	cost(c.Metrics, from, metric.WasmOps, metric.Insns, metric.EstCycles)
	cost(c.Metrics, from, metric.HandshakeWasmOps, metric.HandshakeInsns, metric.EstHandshakeCycles)
	if cycles, ok := c.Metrics[metric.EstHandshakeCycles]; ok {
		c.Metrics[metric.EstHandshakeUS] = cycles / mega
	}
	if ram, ok := from[metric.EstRAMPeak]; ok {
		c.Metrics[metric.RAMPeak] = ram + 700
		c.Metrics[metric.ROM] = from[metric.Flash]
	}
	phases := c.Phases
	c.Phases = nil
	for _, p := range phases {
		q := results.Phase{Name: p.Name, Metrics: map[string]int64{metric.HeapPeak: p.Metrics[metric.HeapPeak]}}
		cost(q.Metrics, p.Metrics, metric.WasmOps, metric.Insns, metric.EstCycles)
		c.Phases = append(c.Phases, q)
	}
	curve := c.HeapCurve
	c.HeapCurve = nil
	for _, p := range curve {
		p.Ops /= 4
		c.HeapCurve = append(c.HeapCurve, p)
	}
	return c
}

// only keeps the cases of one board.
func only(f *results.File, board string) *results.File {
	f.Cases = slices.DeleteFunc(f.Cases, func(c results.Case) bool { return c.Board != board })
	return f
}

func namesOf(t *testing.T, f *results.File) []string {
	t.Helper()
	figures, err := all(f)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, fig := range figures {
		names = append(names, fig.name)
	}
	return names
}

// Files are named by what sets them apart, and by no more.
func TestNames(t *testing.T) {
	const s = "rsa-aes256-cbc-sha256"
	all := machines()
	both := only(machines(), "imxrt1052")
	qemu := only(machines(), "imxrt1052")
	qemu.Cases = slices.DeleteFunc(qemu.Cases, func(c results.Case) bool { return c.Machine == "wasm" })
	cores := few()
	for _, c := range few().Cases {
		c.Core = "mbedtls-3.6"
		cores.Cases = append(cores.Cases, c)
	}
	for _, tt := range []struct {
		name     string
		file     *results.File
		has, not []string
	}{
		{"two machines", both, []string{"heap-ticks_" + s, "heap-ticks_" + s + "_qemu", "knobs", "knobs_qemu", "predicted"}, []string{"knobs_wasm", "boards_" + s}},
		{"one machine", qemu, []string{"heap-ticks_" + s, "ram-ticks_" + s, "knobs"}, []string{"knobs_qemu", "predicted"}},
		{"boards", all, []string{"boards_" + s, "boards_" + s + "_qemu", "predicted_imxrt1052", "predicted_stm32f103", "phases_stm32f103", "phases_stm32f103_qemu"},
			[]string{"predicted_vexpress-a9", "phases"}},
		{"cores", cores, []string{"phases_mbedtls-2.28", "phases_mbedtls-3.6"}, []string{"phases"}},
	} {
		names := namesOf(t, tt.file)
		for _, n := range tt.has {
			if !slices.Contains(names, n) {
				t.Errorf("%s: no %s in %q", tt.name, n, names)
			}
		}
		for _, n := range tt.not {
			if slices.Contains(names, n) {
				t.Errorf("%s: there is %s", tt.name, n)
			}
		}
	}
}

func TestMachinesGoldens(t *testing.T) {
	f := machines()
	figures, err := all(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"boards_rsa-aes256-cbc-sha256_qemu", "predicted_stm32f103", "heap-ticks_rsa-aes256-cbc-sha256_stm32f103_qemu", "phases_stm32f103_qemu",
	} {
		data, err := figures[slices.IndexFunc(figures, func(f *figure) bool { return f.name == name })].svg()
		if err != nil {
			t.Fatal(err)
		}
		testutil.Golden(t, filepath.Join("testdata", name+".svg"), data)
	}
	testutil.Golden(t, filepath.Join("testdata", "figures_machines.md"), []byte(list(f.Provenance.Profile, figures)))
}

// A real board's cycles are measured, and no model's.
func TestSerial(t *testing.T) {
	f := few()
	for i := range f.Cases {
		c := &f.Cases[i]
		c.Machine = "serial"
		c.Metrics = map[string]int64{
			metric.BoardCycles: c.Metrics[metric.WasmOps], metric.HandshakeCycles: c.Metrics[metric.HandshakeWasmOps], metric.HeapPeak: c.Metrics[metric.HeapPeak],
		}
	}
	figures, err := all(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := figures[0].svg()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Heap against cycles", "measured cycles per handshake, handshake-cycles (millions)", "cycles are measured on the board: two runs may differ, heap is exact",
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%s does not say %q", figures[0].name, want)
		}
	}
}

// No figure of one machine names what only another one has.
func TestUnitsOfTheMachine(t *testing.T) {
	figures, err := all(machines())
	if err != nil {
		t.Fatal(err)
	}
	for _, fig := range figures {
		data, err := fig.svg()
		if err != nil {
			t.Fatal(err)
		}
		var foreign []string
		switch {
		case strings.HasPrefix(fig.name, "predicted"), strings.HasPrefix(fig.name, "boards"):
			foreign = []string{"wasm-ops", "insns"}
		case !strings.HasSuffix(fig.name, "_qemu"):
			foreign = []string{"insns", "est-cycles", "est-handshake"}
		case strings.Contains(fig.name, "vexpress"):
			foreign = []string{"wasm-ops", "est-"}
		default:
			foreign = []string{"wasm-ops", "est-ram-peak", "shadow", "Ticks"}
		}
		for _, w := range foreign {
			if strings.Contains(string(data), w) {
				t.Errorf("%s has %q", fig.name, w)
			}
		}
	}
}

func TestPredicted(t *testing.T) {
	pair := func(config string, model, guess int64) []results.Case {
		c := results.Case{Core: "c", Board: "b", Config: config, Scenario: "s", Outcome: results.OutcomeConnected}
		w, q := c, c
		w.Machine, w.Metrics = "wasm", map[string]int64{metric.EstHandshakeCycles: guess}
		q.Machine, q.Metrics = "qemu", map[string]int64{metric.EstHandshakeCycles: model}
		return []results.Case{w, q}
	}
	f := &results.File{Schema: results.Schema}
	f.Cases = append(f.Cases, pair("a", 1_000_000, 1_010_000)...)
	f.Cases = append(f.Cases, pair("b", 2_000_000, 1_960_000)...)
	f.Cases = append(f.Cases, pair("c", 4_000_000, 4_000_000)...)
	f.Cases = append(f.Cases, pair("d", 4_000_000, 4_120_000)...)
	alone := pair("e", 1, 1)
	alone[1].Outcome = "TIMEOUT"
	f.Cases = append(f.Cases, alone...)
	figures := predictions(split(f))
	if len(figures) != 1 {
		t.Fatalf("%d figures", len(figures))
	}
	for _, want := range []string{
		"4 handshakes: median error 1.5\u00a0%, worst +3.0\u00a0% (d in s).",
		"within ±1.5\u00a0%",
		"Without both numbers: e in s.",
	} {
		if !strings.Contains(figures[0].caption, want) {
			t.Errorf("%q is not in %q", want, figures[0].caption)
		}
	}
}

// The quickest board is first; what has no number says why.
func TestBoardsOrder(t *testing.T) {
	f := machines()
	for i := range f.Cases {
		if c := &f.Cases[i]; c.Board == "stm32f103" && c.Config == "rtthread-default" {
			c.Outcome = "OUT_OF_HEAP"
		}
	}
	figures := acrossBoards(f, split(f))
	if len(figures) != 2 || figures[0].name != "boards_rsa-aes256-cbc-sha256_qemu" {
		t.Fatalf("%d figures", len(figures))
	}
	var cases []*results.Case
	for i := range f.Cases {
		if c := &f.Cases[i]; c.Base == "" && c.Machine == "qemu" {
			cases = append(cases, c)
		}
	}
	d, note := newBoards(f, "qemu", cases)
	var rows []string
	for _, r := range d.rows {
		rows = append(rows, r.name)
	}
	if want := []string{"imxrt1052 (cortex-m7)", "stm32f103 (cortex-m3)", "vexpress-a9 (cortex-a9)"}; !slices.Equal(rows, want) {
		t.Errorf("rows are %q", rows)
	}
	if want := "Without a number: stm32f103 with rtthread-default (OUT_OF_HEAP); " +
		"vexpress-a9 with rtthread-default, vexpress-a9 with rtthread-optimised (no est-handshake-us)."; note != want {
		t.Errorf("note is %q", note)
	}
}

// Scenarios are side by side where one configuration serves them; one that
// failed says so, and no scenario has a front of one.
func TestScenariosCompared(t *testing.T) {
	f := &results.File{}
	for i, name := range []string{"slow", "quick", "broken"} {
		c := results.Case{Core: "c", Board: "b", Machine: "wasm", Config: "small", Scenario: name, Outcome: results.OutcomeConnected,
			Metrics: map[string]int64{metric.HandshakeWasmOps: int64(3_000_000 - 1_000_000*i), metric.HeapPeak: 1000, metric.ROM: 2000}}
		if name == "broken" {
			c.Outcome = "OUT_OF_HEAP"
		}
		f.Cases = append(f.Cases, c)
	}
	groups := split(f)
	figures := acrossScenarios(groups[0])
	if len(figures) != 1 || !strings.Contains(figures[0].caption, "Without a number: broken (OUT_OF_HEAP)") {
		t.Fatalf("%d figures, %+v", len(figures), figures)
	}
	if _, err := figures[0].svg(); err != nil {
		t.Error(err)
	}
	drawn, err := all(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, fig := range drawn {
		if strings.HasPrefix(fig.name, "heap-ticks") {
			t.Errorf("%s: a front of one", fig.name)
		}
	}
	f.Cases[0].Config = "other"
	if got := acrossScenarios(split(f)[0]); got != nil {
		t.Error("two configurations have fronts, and no figure of scenarios")
	}
}

// Of the phases a bar can show at once no two look the same.
func TestFills(t *testing.T) {
	const most = 16 // 14 were seen of the 22 phases
	for i, f := range fills {
		if slices.Contains(fills[:i], f) {
			t.Errorf("fill %d is there twice", i)
		}
	}
	if len(fills) < most {
		t.Errorf("%d fills", len(fills))
	}
}
