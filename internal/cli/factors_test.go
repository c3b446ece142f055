package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/study/factor"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// TestFactorsFit: the factors of each board were fitted with the guest, the
// compilers, the emulator's plugin and the models of this tree. Else no case of
// the wasm machine has cycles, and nothing else would say so.
func TestFactorsFit(t *testing.T) {
	t.Parallel()
	needSource(t)
	files, err := filepath.Glob("../../bench/study/factor/data/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	s := &settings{stdout: t.Output(), stderr: t.Output()}
	l, err := s.openLab(t.Context(), peerCore)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		p, err := profiles.Load(name) // each is a board's, by its name
		if err != nil {
			t.Fatal(err)
		}
		plan, err := lab.NewPlan(p)
		if err != nil {
			t.Fatal(err)
		}
		stamp, err := l.Stamp(p, plan.Boards[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := factor.Load(name, stamp); err != nil {
			if testutil.CI() {
				t.Error(err)
			} else {
				t.Logf("%v (other compilers are no fault of this tree)", err)
			}
		}
	}
}
