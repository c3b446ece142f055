package reject_test

import (
	"testing"

	"tlslab/bench/results"
	"tlslab/bench/study/reject"
	"tlslab/core"
)

// tiny refuses in words that the first library does not have.
type tiny struct{ core.Library }

func (tiny) Refusals() map[string]core.Refusal {
	return map[string]core.Refusal{"expired": {Flag: "LATE", Unread: "E_UNREAD"}}
}

// TestRefusalOfAnotherLibrary: the library's own flags and errors decide what counts as
// refused.
func TestRefusalOfAnotherLibrary(t *testing.T) {
	for outcome, refused := range map[results.Outcome]bool{
		"E_CERT:LATE":                      true,
		"E_CERT:LATE+WEAK":                 true,
		"E_UNREAD":                         true,
		"E_CERT:BADCERT_EXPIRED":           false,
		"E_CERT":                           false,
		results.OutcomeConnected:           false,
		"MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG": false,
	} {
		if c := reject.Refusal(tiny{}, "expired", outcome); c.Refused != refused {
			t.Errorf("%s: %+v", outcome, c)
		}
	}
}
