package plots

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func heapsOf() *Heaps {
	return &Heaps{Core: "1.2.3", Board: "a-board", Cases: []HeapCase{{
		Config: "small", Scenario: "psk", PeakB: 1000,
		Bars: []HeapBar{{"one", 1000, 80, 20, 0, 40}, {"two", 990, 200, 30, 300, 0}},
		Map: HeapMap{Allocator: "one", ArenaB: 1140, EndOps: 5_000_000, DecidesOps: 2_000_000,
			Blocks: []HeapBlock{{64, 400, 0, 5_000_000}, {464, 200, 1_000_000, 3_000_000}, {664, 476, 2_000_000, 2_000_100}},
			Phases: []HeapPhase{{"init", 0}, {"client-hello", 1_000_000}, {"close", 4_000_000}}},
	}}}
}

// TestHeaps: two figures a run, the same bytes every time, with the sums.
func TestHeaps(t *testing.T) {
	dir, again := t.TempDir(), t.TempDir()
	paths, err := RenderHeaps(dir, heapsOf())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	want := []string{"heap-allocators_psk.svg", "heap-allocators_psk.png", "heap-map_psk_one.svg", "heap-map_psk_one.png"}
	if !slices.Equal(names, want) {
		t.Fatalf("rendered %q", names)
	}
	if _, err := RenderHeaps(again, heapsOf()); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !slices.Equal(read(t, filepath.Join(dir, name)), read(t, filepath.Join(again, name))) {
			t.Errorf("%s differs between two runs", name)
		}
	}
	bars := string(read(t, filepath.Join(dir, names[0])))
	for _, s := range []string{"1\u00a0140\u00a0B (+14.0\u00a0%)", "1\u00a0520\u00a0B (+52.0\u00a0%)", "board a-board, core 1.2.3"} {
		if !strings.Contains(bars, s) {
			t.Errorf("the bars do not say %q", s)
		}
	}
	if none, err := RenderHeaps(dir, &Heaps{}); err != nil || none != nil {
		t.Errorf("nothing to draw: %q, %v", none, err)
	}
}

// TestBrief: blocks under a column are joined to patches, across columns and
// blocks that touch; longer ones are not there.
func TestBrief(t *testing.T) {
	m := &HeapMap{ArenaB: 80, Blocks: []HeapBlock{
		{0, 16, 0, 50},    // five columns: a band
		{16, 16, 11, 12},  // column 1
		{32, 8, 15, 16},   // touches it
		{16, 24, 21, 22},  // column 2, the same bytes
		{64, 16, 21, 22},  // apart
		{16, 8, 41, 42},   // column 4
		{72, 8, 95, 1000}, // a band that ends outside
	}}
	got := m.brief(10, func(ops int64) float64 { return float64(ops) / 10 })
	want := []patch{{1, 3, 16, 40}, {2, 3, 64, 80}, {4, 5, 16, 24}}
	slices.SortFunc(got, func(a, b patch) int { return a.from - b.from })
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
