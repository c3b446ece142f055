package lab

import (
	"testing"

	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/core/library"
)

// tinyNames are the errors of a library that shares no name with the first one.
type tinyNames struct{ core.ErrorNames }

func (tinyNames) Kind(name string) core.ErrorKind {
	return map[string]core.ErrorKind{"E_LATE": core.TimeoutError, "E_CERT": core.CertificateError}[name]
}

// TestKindOf: the same outcome has the same kind, whatever a library calls it.
func TestKindOf(t *testing.T) {
	src, err := core.Open("stub", "../../core/testdata/stub", library.All)
	if err != nil {
		t.Fatal(err)
	}
	first, err := src.ErrorNames()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		first, tiny results.Outcome
		want        core.ErrorKind
	}{
		{"MBEDTLS_ERR_SSL_TIMEOUT", "E_LATE", core.TimeoutError},
		{"MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:BADCERT_EXPIRED", "E_CERT:LATE", core.CertificateError},
		{OutcomeTimeout, OutcomeTimeout, core.TimeoutError},
		{"out-of-heap:MBEDTLS_ERR_SSL_ALLOC_FAILED", "out-of-heap:E_CERT", core.MemoryError},
		{results.OutcomeConnected, results.OutcomeConnected, ""},
		{OutcomeTrap, OutcomeTrap, ""},
	} {
		if got := KindOf(c.first, first); got != c.want {
			t.Errorf("%s: kind %q, want %q", c.first, got, c.want)
		}
		if got := KindOf(c.tiny, tinyNames{}); got != c.want {
			t.Errorf("%s: kind %q, want %q", c.tiny, got, c.want)
		}
	}
}
