package plots

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/bench/results/tuned"
	"tlslab/internal/testutil"
)

func tunedFile() *tuned.File {
	costs := func(flash, heap, ram, ticks int64) map[string]int64 {
		return map[string]int64{"flash": flash, "heap": heap, "ram": ram, "ticks": ticks}
	}
	return &tuned.File{
		Schema: tuned.Schema, Profile: "imxrt1052", Config: "rtthread-optimised", Scenarios: []string{"psk-aes128-ccm8"}, Minimise: "flash", Tried: 97,
		Provenance: results.Provenance{Versions: map[string]string{"core": "Mbed TLS 2.28.3"}},
		Start:      tuned.Spot{Metrics: costs(48_000, 9000, 12_000, 30_000_000)},
		Chosen:     tuned.Spot{Metrics: costs(21_000, 5000, 7000, 31_000_000)},
		Path: []tuned.Passed{
			{Moves: []string{"gcc -Os", "MD5_C=off", "A=off", "B=off", "C=off", "D=off", "E=off", "F=off", "G=off", "H=off", "I=off"}, Metrics: costs(27_000, 9000, 12_000, 31_500_000)},
			{Moves: []string{"SSL_IN_CONTENT_LEN 4096 -> 1024"}, Metrics: costs(27_000, 6000, 9000, 31_500_000)},
			{Moves: []string{"gcc -Os -flto"}, Metrics: costs(21_000, 5000, 7000, 31_000_000)},
		},
		Front: []tuned.Spot{
			{Metrics: costs(20_000, 5100, 7000, 44_000_000), Differs: "AES_ROM_TABLES=off"},
			{Metrics: costs(21_000, 5000, 7000, 31_000_000), Differs: "the chosen point"},
			{Metrics: costs(26_000, 5000, 7000, 28_000_000), Differs: "gcc -O2"},
		},
	}
}

func TestTuneGolden(t *testing.T) {
	dir := t.TempDir()
	paths, err := RenderTune(dir, tunedFile())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	if want := []string{"tune-flash.svg", "tune-flash.png", "figures.md"}; !slices.Equal(names, want) {
		t.Errorf("rendered %q, want %q", names, want)
	}
	testutil.Golden(t, filepath.Join("testdata", "tune-flash.svg"), read(t, paths[0]))
	testutil.Golden(t, filepath.Join("testdata", "figures_tune.md"), read(t, paths[2]))
}

// TestTuneAxes: what was made small is drawn, and of ticks flash.
func TestTuneAxes(t *testing.T) {
	for by, axis := range map[string]string{"flash": "flash, flash-B (KiB)", "heap": "peak heap, heap-peak-B (KiB)", "ram": "estimated RAM, est-ram-peak-B (KiB)", "ticks": "flash, flash-B (KiB)"} {
		f := tunedFile()
		f.Minimise = by
		fig := tuneFigure(f)
		var said []string
		for _, w := range textsOf(t, fig) {
			said = append(said, w.s)
		}
		for _, want := range []string{axis, "start", "gcc -Os -flto"} {
			if !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, want) }) {
				t.Errorf("%s: no %q in %q", by, want, said)
			}
		}
	}
}

// TestTuneWay: a way of no steps is a point, one that changes another memory
// alone has the moves of both, and a long list of moves is cut.
func TestTuneWay(t *testing.T) {
	f := tunedFile()
	fig := tuneFigure(f)
	if !strings.Contains(fig.below, "| a | 31 500 000 | 27 000 | gcc -Os, MD5_C=off, A=off, B=off, C=off, D=off, E=off, F=off, 3 more, SSL_IN_CONTENT_LEN 4096 -> 1024 |\n| b | 31 000 000 |") {
		t.Errorf("the way is\n%s", fig.below)
	}
	f.Path, f.Chosen, f.Front = nil, f.Start, f.Front[:1]
	if _, err := RenderTune(t.TempDir(), f); err != nil {
		t.Error(err)
	}
	f.Start.Metrics = nil
	if _, err := RenderTune(t.TempDir(), f); err == nil || !strings.Contains(err.Error(), "nothing to draw") {
		t.Errorf("without numbers: %v", err)
	}
}
