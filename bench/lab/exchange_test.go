package lab_test

import (
	"regexp"
	"strings"
	"testing"

	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/emu/wasm"
	"tlslab/internal/testutil"
)

// keyExchanges is each option of a core that enables a key exchange.
var keyExchanges = regexp.MustCompile(`(?m)^(?://)?#define MBEDTLS_KEY_EXCHANGE_([A-Z_]+)_ENABLED$`)

// Every key exchange of the core connects over datagrams after a cookie: what a
// session was told is told again after its reset, by the reference server and by a
// device that serves. Key and identity have 256 bytes.
func TestEveryKeyExchangeAfterACookie(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.FilePlan(t, "exchanges.toml")
	_, header, err := l.Source.Header()
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, m := range keyExchanges.FindAllSubmatch(header, -1) {
		missing[strings.ReplaceAll(string(m[1]), "_", "-")] = true
	}
	if len(missing) < 11 { // 2.28's
		t.Fatalf("the core names %d key exchanges", len(missing))
	}
	for i := range plan.Jobs {
		j := &plan.Jobs[i]
		s := labtest.Prepare(t, l, plan, j)
		if _, o := labtest.Converse(t, s, nil); o.Name != results.OutcomeConnected {
			t.Errorf("%s: %s in %s: %s", j.Scenario.Name, o.Name, o.Phase, o.Detail)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(j.Scenario.Suite, "TLS-"), "-WITH-")
		if !j.Scenario.Serves() {
			delete(missing, name)
		}
	}
	for name := range missing {
		t.Errorf("no scenario has the key exchange %s", name)
	}
}
