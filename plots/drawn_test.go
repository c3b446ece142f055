package plots

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tlslab/bench/results"
)

// TestRedraw: what would come out the same and lies there is not drawn again;
// whatever else is, and what went is removed unless somebody changed it.
func TestRedraw(t *testing.T) {
	dir := t.TempDir()
	f := synthetic()
	f.Cases = slices.DeleteFunc(f.Cases, func(c results.Case) bool {
		return c.Scenario != "rsa-aes256-cbc-sha256" && c.Scenario != "psk-aes128-ccm8" || c.Option != ""
	})
	draw := func(data, revision string) []string {
		t.Helper()
		paths, err := Redraw(dir, f, Origin{Revision: revision, Data: data})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if _, err := os.Stat(path); err != nil {
				t.Error(err)
			}
		}
		return paths
	}
	old := time.Unix(1, 0)
	age := func(paths []string) {
		t.Helper()
		for _, path := range paths {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	written := func(paths []string) (out []string) {
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil && !info.ModTime().Equal(old) {
				out = append(out, filepath.Base(path))
			}
		}
		return out
	}
	first := draw("a", "r")
	age(first)
	if again := draw("a", "r"); !slices.Equal(first, again) || len(written(again)) > 0 {
		t.Errorf("drawn again: %v", written(again))
	}
	png := first[slices.IndexFunc(first, func(p string) bool { return filepath.Ext(p) == ".png" })]
	whole := read(t, png)
	if err := os.WriteFile(png, whole[:len(whole)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	if draw("a", "r"); !slices.Equal(read(t, png), whole) {
		t.Errorf("%s is left as somebody cut it", png)
	}
	if err := os.Remove(png); err != nil {
		t.Fatal(err)
	}
	draw("a", "r") // which checks that all are there

	// One number of one scenario: its figures alone.
	age(first)
	changed := f.Cases[0].Scenario
	f.Cases[0].HeapCurve = slices.Clone(f.Cases[0].HeapCurve)
	if len(f.Cases[0].HeapCurve) == 0 {
		t.Fatal("the first case has no heap curve")
	}
	f.Cases[0].HeapCurve[0].PeakB += 1000
	if got := written(draw("b", "r")); !slices.Contains(got, "heap_"+changed+".png") || len(got) > 4 {
		t.Errorf("a point of %s's heap redraws %v", changed, got)
	}

	// Other code: all of it.
	if other := draw("b", "s"); len(other) != len(first) {
		t.Errorf("%d files, were %d", len(other), len(first))
	}
	// A scenario goes: its figures do, but not the one that somebody edited.
	mine := filepath.Join(dir, "heap_"+changed+".svg")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	f.Cases = slices.DeleteFunc(f.Cases, func(c results.Case) bool { return c.Scenario == changed })
	left := draw("c", "s")
	for _, path := range first {
		_, err := os.Stat(path)
		if gone := !slices.Contains(left, path) && path != mine; gone != os.IsNotExist(err) {
			t.Errorf("%s: gone %v, %v", path, gone, err)
		}
	}
}
