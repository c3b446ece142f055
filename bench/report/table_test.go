package report

import (
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// TestAddedNote: under the table each change is put down to who made it.
func TestAddedNote(t *testing.T) {
	c := &results.Case{Outcome: results.OutcomeConnected, Added: []string{"GCM_C", "SHA224_C" + profiles.CoreNote, "-SSL_TRUNCATED_HMAC" + profiles.CoreNote, "NET_C" + profiles.LabNote, "X" + profiles.ConfigNote}}
	want := []string{"the lab has NET_C", "the scenario added GCM_C", "the core demanded SHA224_C, -SSL_TRUNCATED_HMAC"}
	if got := caseNotes(c, nil); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestAcceptsIsTold: a must-reject check that did not refuse is a line under the table.
func TestAcceptsIsTold(t *testing.T) {
	for _, refused := range []bool{false, true} {
		c := &results.Case{Outcome: results.OutcomeConnected, Checks: []results.Check{{Name: "expired", Outcome: map[bool]string{false: results.OutcomeAccepted, true: "refused"}[refused], Refused: refused}}}
		if lines := strings.Join(caseNotes(c, nil), "\n"); strings.Contains(lines, "accepts expired certificates") == refused {
			t.Errorf("refused %v: the table says %q", refused, lines)
		}
	}
}

// TestChangeWithinDraws: what random draws change as much is marked.
func TestChangeWithinDraws(t *testing.T) {
	base := &results.Case{Outcome: results.OutcomeConnected, Metrics: map[string]int64{metric.HandshakeWasmOps: 1000}, DrawSpread: map[string]int64{metric.HandshakeWasmOps: 3}}
	for n, want := range map[int64]string{1000: "=", 1003: "~+0.3 %", 997: "~-0.3 %", 1004: "+0.4 %"} {
		c := &results.Case{Outcome: results.OutcomeConnected, Metrics: map[string]int64{metric.HandshakeWasmOps: n}}
		if got := change(c, base, metric.HandshakeWasmOps); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
