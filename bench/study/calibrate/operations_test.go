package calibrate

import (
	"strings"
	"testing"

	"tlslab/core"
	"tlslab/core/library"
)

type tiny struct{ core.Library }

func (tiny) Title() string        { return "Tiny" }
func (tiny) Primitives() []string { return []string{"mix"} }

// TestOperations: a run's operations are refused for a library whose program lacks them.
func TestOperations(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Runs {
		if r.Firmware {
			continue
		}
		if _, err := s.OperationsOf(r.Name, library.All[0]); err != nil {
			t.Errorf("%s: %v", r.Name, err)
		}
		if _, err := s.OperationsOf(r.Name, tiny{}); err == nil || !strings.HasPrefix(err.Error(), "Tiny: ") || !strings.Contains(err.Error(), "operation") {
			t.Errorf("%s, of another library: %v", r.Name, err)
		}
	}
}
