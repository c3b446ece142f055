package plots

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
)

func render(t *testing.T, f *results.File) (dir string, names []string) {
	t.Helper()
	dir = t.TempDir()
	paths, err := Render(dir, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	return dir, names
}

// few is the base configurations and two options in one scenario: a golden that
// can be read.
func few() *results.File {
	f := synthetic()
	f.Cases = slices.DeleteFunc(f.Cases, func(c results.Case) bool {
		return c.Scenario != "rsa-aes256-cbc-sha256" || c.Option != "" && c.Option != "MPI_WINDOW_SIZE" && c.Option != "MPI_MAX_SIZE"
	})
	return f
}

func TestGoldens(t *testing.T) {
	dir, names := render(t, few())
	want := []string{
		"heap-ticks_rsa-aes256-cbc-sha256.svg", "heap-ticks_rsa-aes256-cbc-sha256.png",
		"ram-ticks_rsa-aes256-cbc-sha256.svg", "ram-ticks_rsa-aes256-cbc-sha256.png",
		"knobs.svg", "knobs.png", "knob_MPI_MAX_SIZE.svg", "knob_MPI_MAX_SIZE.png", "knob_MPI_WINDOW_SIZE.svg", "knob_MPI_WINDOW_SIZE.png",
		"phases.svg", "phases.png", "phases_rsa-aes256-cbc-sha256.svg", "phases_rsa-aes256-cbc-sha256.png",
		"heap_rsa-aes256-cbc-sha256.svg", "heap_rsa-aes256-cbc-sha256.png", "figures.md",
	}
	if !slices.Equal(names, want) {
		t.Errorf("rendered %q", names)
	}
	// PNGs are not goldens: rasterising may round differently elsewhere.
	for _, name := range []string{"heap-ticks_rsa-aes256-cbc-sha256.svg", "knob_MPI_MAX_SIZE.svg", "phases.svg", "figures.md"} {
		testutil.Golden(t, filepath.Join("testdata", name), read(t, filepath.Join(dir, name)))
	}
}

func TestSameBytes(t *testing.T) {
	f, g := few(), few()
	slices.Reverse(g.Cases)
	a, names := render(t, f)
	b, _ := render(t, g)
	for _, name := range names {
		x := read(t, filepath.Join(a, name))
		if !bytes.Equal(x, read(t, filepath.Join(b, name))) {
			t.Errorf("%s depends on the order of the cases", name)
		}
		switch filepath.Ext(name) {
		case ".svg":
			d := xml.NewDecoder(bytes.NewReader(x))
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
			for _, bad := range []string{"NaN", "Inf"} {
				if bytes.Contains(x, []byte(bad)) {
					t.Errorf("%s has %s", name, bad)
				}
			}
		case ".png":
			img, _, err := image.DecodeConfig(bytes.NewReader(x))
			if err != nil || img.Width != pageWidth*pngDPI/72 {
				t.Errorf("%s: %v %+v", name, err, img)
			}
		}
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	f := few()
	for i := range f.Cases {
		switch c := &f.Cases[i]; c.Config {
		case "rtthread-optimised/MPI_WINDOW_SIZE=4":
			delete(c.Metrics, metric.HeapPeak)
		case "rtthread-optimised/MPI_WINDOW_SIZE=5":
			c.Phases = nil
		case "rtthread-default":
			c.HeapCurve = nil
		}
	}
	dir, _ := render(t, f)
	text := string(read(t, filepath.Join(dir, "figures.md")))
	for _, want := range []string{
		"1 of 12 configurations does not serve this scenario: MPI_MAX_SIZE=256 (MPI_BAD_INPUT_DATA in server-certificate).",
		"No heap-peak-B was measured for MPI_WINDOW_SIZE=4.",
		"No phases were measured for MPI_WINDOW_SIZE=5.",
		"rtthread-default has no heap curve.",
		"MPI_MAX_SIZE=256 in rsa-aes256-cbc-sha256: MPI_BAD_INPUT_DATA",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no caption says %q", want)
		}
	}
}

func TestOddFiles(t *testing.T) {
	one := few()
	one.Cases = one.Cases[:1]
	two := few()
	for _, c := range few().Cases {
		c.Board = "stm32f4"
		two.Cases = append(two.Cases, c)
	}
	bases := few()
	for _, c := range few().Cases {
		if c.Base != "" {
			c.Base = "rtthread-default"
			c.Config = strings.Replace(c.Config, "rtthread-optimised", c.Base, 1)
			bases.Cases = append(bases.Cases, c)
		}
	}
	zero := few()
	for i := range zero.Cases {
		for m := range zero.Cases[i].Metrics {
			zero.Cases[i].Metrics[m] = 0
		}
	}
	// Pages without their PNGs, which take most of the time.
	pages := func(t *testing.T, f *results.File) (names []string) {
		figures, err := all(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, fig := range figures {
			data, err := fig.svg()
			if err != nil || bytes.Contains(data, []byte("NaN")) || bytes.Contains(data, []byte("Inf")) {
				t.Errorf("%s: %v, or a number that is none", fig.name, err)
			}
			names = append(names, fig.name)
		}
		return names
	}
	for _, tt := range []struct {
		name string
		file *results.File
		want string
	}{
		{"one case", one, "heap-ticks_rsa-aes256-cbc-sha256"},
		{"two boards", two, "knobs_stm32f4"},
		{"two bases", bases, "knobs_rtthread-default"},
		{"all zero", zero, "heap-ticks_rsa-aes256-cbc-sha256"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if names := pages(t, tt.file); !slices.Contains(names, tt.want) {
				t.Errorf("drawn: %q", names)
			}
		})
	}
	if _, err := Render(t.TempDir(), &results.File{Schema: results.Schema}); err == nil {
		t.Error("a file without cases was drawn")
	}
	failed := few()
	for i := range failed.Cases {
		failed.Cases[i].Outcome, failed.Cases[i].Metrics = "OUT_OF_HEAP", nil
	}
	if names := pages(t, failed); slices.Contains(names, "heap-ticks_rsa-aes256-cbc-sha256") {
		t.Errorf("drawn without a number: %q", names)
	}
}

func TestValueList(t *testing.T) {
	for _, tt := range []struct {
		values []string
		want   string
	}{
		{[]string{"3", "10", "2", "4"}, "2…4, 10"},
		{[]string{"1024", "256"}, "256, 1024"},
		{[]string{"on", "off"}, "off, on"},
		{[]string{"1", "2"}, "1, 2"},
		{nil, ""},
	} {
		if got := valueList(tt.values); got != tt.want {
			t.Errorf("valueList(%q) is %q, want %q", tt.values, got, tt.want)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, tt := range []struct{ lo, hi float64 }{{0, 1}, {-3.3, 7.1}, {-1.9, 4.4}, {0.001, 0.002}, {8.1, 9.05}, {1e6, 5e9}, {-20, 0}} {
		for _, n := range []int{3, 6} {
			got := ticks(n)(tt.lo, tt.hi)
			if len(got) < 2 || len(got) > n+1 {
				t.Errorf("ticks(%d)(%g, %g): %d of them", n, tt.lo, tt.hi, len(got))
			}
			for i, k := range got {
				if k.Value < tt.lo-1e-9 || k.Value > tt.hi+1e-9*tt.hi || i > 0 && k.Label == got[i-1].Label {
					t.Errorf("ticks(%d)(%g, %g): %v", n, tt.lo, tt.hi, got)
				}
			}
		}
	}
	for _, tt := range []struct{ lo, hi float64 }{{12, 31}, {90, 600}, {1, 1e6}, {0.02, 0.06}, {0.2, 800}} {
		got := logTicks(tt.lo, tt.hi)
		if len(got) < 4 || len(got) > 12 {
			t.Errorf("logTicks(%g, %g): %v", tt.lo, tt.hi, got)
		}
		for _, k := range got {
			if utf8.RuneCountInString(k.Label) > len("1 000 000") {
				t.Errorf("logTicks(%g, %g) writes %s", tt.lo, tt.hi, k.Label)
			}
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
