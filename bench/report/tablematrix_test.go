package report

import (
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// TestMatrixTable: a matrix that one configuration serves is one table, a line a
// scenario, and why one failed is said under it.
func TestMatrixTable(t *testing.T) {
	t.Parallel()
	p, err := profiles.Load("certs")
	if err != nil {
		t.Fatal(err)
	}
	one := results.Case{Board: p.Board, Machine: "wasm", Config: "rtthread-optimised", Scenario: "ecdsa-p256", Outcome: results.OutcomeConnected,
		Added: []string{"GCM_C"}, Metrics: map[string]int64{metric.HandshakeWasmOps: 1234, metric.HeapPeak: 12000, metric.ROM: 70000, metric.WireBytes: 1606}}
	other := one
	other.Scenario, other.Outcome, other.Phase = "ed25519", "MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG", "parse-ca"
	other.Metrics = map[string]int64{metric.ROM: 71000}
	var b strings.Builder
	if err := WriteTable(&b, &results.File{Cases: []results.Case{other, one}}, p, p.Scenarios...); err != nil {
		t.Fatal(err)
	}
	want := `
rtthread-optimised on stm32f407, with what each scenario needs
    scenario  handshake    heap-peak       ROM     wire  
               wasm-ops            B         B        B  
  ecdsa-p256      1 234       12 000    70 000    1 606  
     ed25519      fails            -    71 000        -  
  ed25519: MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG in parse-ca
`
	if got := b.String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	b.Reset()
	if err := WriteTable(&b, &results.File{}, p); err != nil || !strings.HasPrefix(b.String(), "\nrtthread-optimised on stm32f407") {
		t.Errorf("no case: %v, %q", err, b.String())
	}
}
