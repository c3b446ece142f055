package measure

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/emu/wasm"
	"tlslab/profiles"
)

// TestAdviceCases: questions that people asked, each with its right answer.
func TestAdviceCases(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	for _, c := range []struct{ name, seen, tried string }{
		{"sha384-leaf", `the server's certificate "tlslab.example" is signed by RSA with SHA-384, which this build can't read`, "SHA512_C=true"},
		{"psk48", "the pre-shared key has 48 bytes, and PSK_MAX_LEN allows 32", ""},
		{"psk-identity", "the identity of 600 bytes goes in a message of 606, and SSL_MAX_CONTENT_LEN allows 512", "SSL_MAX_CONTENT_LEN=606"},
		{"mtls-heap", "has an RSA key of 512 bytes, and MPI_MAX_SIZE allows 384", "MPI_MAX_SIZE=512"},
	} {
		p, err := profiles.Load(filepath.Join("testdata", "advice", c.name, "p.toml"))
		if err != nil {
			t.Fatal(err)
		}
		plan, err := lab.NewPlan(p)
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.Measure(context.Background(), plan, &plan.Jobs[0])
		if err != nil {
			t.Fatal(err)
		}
		advice := strings.Join(got.Advice, "\n")
		if !strings.Contains(advice, c.seen) || c.tried != "" && !strings.Contains(advice, "tried: connects with "+c.tried) || got.Outcome == results.OutcomeConnected {
			t.Errorf("%s: %s in %s\n%s\nwants %q and %q", c.name, got.Outcome, got.Phase, advice, c.seen, c.tried)
		}
	}
}
