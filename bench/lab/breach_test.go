package lab_test

import (
	"strings"
	"testing"

	"tlslab/bench/labtest"
	"tlslab/emu/wasm"
)

// A client that sends more than was agreed is not connected, although both ends
// would be content; and one whose server cuts its records, as real ones do, is told
// so by its own library.
func TestBreachIsTheOutcome(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.FilePlan(t, "features.toml")
	for _, name := range []string{"fragment-1024-mutual", "fragment-4096-mutual", "fragment-512"} {
		j := labtest.JobOf(t, plan, "device", name)
		r, o := labtest.Converse(t, labtest.Prepare(t, l, plan, j), nil)
		if string(o.Name) != j.Scenario.Expect {
			t.Errorf("%s: %s in %s: %s; want %s", name, o.Name, o.Phase, o.Detail, j.Scenario.Expect)
		}
		if name == "fragment-1024-mutual" && (o.Phase != "client-certificate" || !strings.HasPrefix(o.Detail, "the client sent a record of 1 ") ||
			!strings.HasSuffix(o.Detail, " where 1 024 B were agreed (max_fragment_length)") || r.Record.AppBytes == 0) {
			t.Errorf("%s: %+v, %d B read", name, o, r.Record.AppBytes)
		}
	}
}
