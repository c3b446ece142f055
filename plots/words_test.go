package plots

import (
	"testing"

	"tlslab/bench/results"
)

// TestAdded: what the core demanded is not put down to the scenario.
func TestAdded(t *testing.T) {
	for _, c := range []struct {
		added []string
		want  string
	}{
		{nil, ""},
		{[]string{"GCM_C", "AES_C"}, "Options the scenario adds: AES_C, GCM_C."},
		{[]string{"SHA224_C (core)"}, "Options the core demands: SHA224_C."},
		{[]string{"GCM_C", "-DES_C (core)", "SHA224_C (core)"}, "Options the scenario adds: GCM_C. Options the core demands: -DES_C, SHA224_C."},
	} {
		if got := added([]*results.Case{{Added: c.added}, {Added: c.added}}); got != c.want {
			t.Errorf("%q: %q, want %q", c.added, got, c.want)
		}
	}
}
