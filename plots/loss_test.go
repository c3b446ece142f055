package plots

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results/losscurve"
)

func lossOf() *losscurve.File {
	curve := losscurve.Curve{Core: "mbedtls-1.2", Config: "small", Scenario: "psk", Machine: "wasm", Seeds: 3,
		ReorderPct: 5, TimeoutMinMS: 1000, TimeoutMaxMS: 60_000,
		Points: []losscurve.Point{
			{LossPct: 0, HandshakeUS: []int64{60_000, 60_000, 60_000}},
			{LossPct: 15, HandshakeUS: []int64{60_000, 1_060_000, 7_060_000}},
			{LossPct: 30, HandshakeUS: []int64{2_060_000, 64_000_000}, Failed: []losscurve.Failure{{Seed: 3}}},
			{LossPct: 90, HandshakeUS: nil, Failed: make([]losscurve.Failure, 3)},
		}}
	dead := curve
	dead.Scenario, dead.Points = "dead", curve.Points[3:]
	return &losscurve.File{Schema: losscurve.Schema, Profile: "p", Curves: []losscurve.Curve{curve, dead}}
}

// TestLoss: a figure a curve that has something to show, the same bytes every
// time, with how many completed.
func TestLoss(t *testing.T) {
	dir, again := t.TempDir(), t.TempDir()
	paths, err := RenderLoss(dir, lossOf())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	if want := []string{"loss_psk_small.svg", "loss_psk_small.png"}; !slices.Equal(names, want) {
		t.Fatalf("rendered %q, want %q", names, want)
	}
	if _, err := RenderLoss(again, lossOf()); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !slices.Equal(read(t, filepath.Join(dir, name)), read(t, filepath.Join(again, name))) {
			t.Errorf("%s differs between two runs", name)
		}
	}
	svg := string(read(t, filepath.Join(dir, names[0])))
	for _, s := range []string{">3/3<", ">2/3<", ">0/3<", "1 000 ms, doubled up to 60 000 ms", "5 % of datagrams are reordered, 0 % duplicated", ">50\u00a0000<", ">50<"} {
		if !strings.Contains(svg, s) {
			t.Errorf("the figure does not say %q", s)
		}
	}
	if none, err := RenderLoss(dir, &losscurve.File{Curves: lossOf().Curves[1:]}); err != nil || none != nil {
		t.Errorf("nothing to draw: %q, %v", none, err)
	}
}
