package profiles

import (
	"slices"
	"testing"
)

// TestAsks: the scenarios that ask for an option are those whose needs include it:
// each scenario that comes with the lab needs an option only by something that
// Asks tells, by its own list or because every scenario does.
func TestAsks(t *testing.T) {
	for option, want := range map[string]string{
		"SSL_SERVER_NAME_INDICATION": "sni = true", "SSL_MAX_FRAGMENT_LENGTH": "max_fragment_B", "SSL_SESSION_TICKETS": "resume",
		"X509_CRL_PARSE_C": "crl", "SSL_ALPN": "alpn", "CAMELLIA_C": "suite with CAMELLIA", "SSL_PROTO_DTLS": `protocol = "dtls1.2"`,
		"KEY_EXCHANGE_DHE_RSA_ENABLED": "suite with DHE-RSA", "X509_RSASSA_PSS_SUPPORT": `chain = "rsa2048-pss"`,
		"SSL_PROTO_TLS1_1": `protocol = "tls1.1"`, "ECP_DP_SECP521R1_ENABLED": `chain = "ecdsa-p521"`,
	} {
		if !slices.ContainsFunc(Asks(lib(), option), func(a Ask) bool { return a.String() == want }) {
			t.Errorf("%s: %v, want %s among them", option, Asks(lib(), option), want)
		}
	}
	for _, option := range []string{"SELF_TEST", "SHA256_SMALLER", "AES_ROM_TABLES", ""} {
		if got := Asks(lib(), option); got != nil {
			t.Errorf("%s: %v, and no scenario can ask for it", option, got)
		}
	}
}

// TestAsksAreNeeds: a scenario made to say what is told needs the option.
func TestAsksAreNeeds(t *testing.T) {
	protocol, suite, chain := TLS12, "TLS-RSA-WITH-AES-256-CBC-SHA256", "rsa2048"
	for _, p := range lib().Needs.Protocols {
		for option, value := range needsOf(lib(), p.Protocol, suite, chain) {
			if value == true && needsOf(lib(), protocol, suite, chain)[option] != true && len(Asks(lib(), option)) == 0 && option != "SSL_PROTO_TLS1" {
				t.Errorf("protocol %s needs %s, and nothing is told of it", p.Protocol, option)
			}
		}
	}
	for name := range lib().Needs.Exchanges {
		for option, value := range needsOf(lib(), protocol, "TLS-"+name+"-WITH-AES-128-CBC-SHA256", "") {
			if value == true && option != lib().Needs.Client && !slices.Contains(lib().Needs.Always, option) && len(Asks(lib(), option)) == 0 {
				t.Errorf("exchange %s needs %s, and nothing is told of it", name, option)
			}
		}
	}
}
