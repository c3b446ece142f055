package iana

import "testing"

// TestSuiteNamed: a name has one number, the registered one, in every run.
func TestSuiteNamed(t *testing.T) {
	for name, want := range map[string]Suite{
		"TLS-ECDHE-RSA-WITH-CHACHA20-POLY1305-SHA256":   0xcca8, // RFC 7905, 2; a draft had 0xcc13
		"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": 0xcca9,
		"TLS-DHE-RSA-WITH-CHACHA20-POLY1305-SHA256":     0xccaa,
		"TLS1-3-CHACHA20-POLY1305-SHA256":               0x1303, // RFC 8446, B.4
		"TLS-DHE-PSK-WITH-AES-128-CCM-8":                0xc0aa, // RFC 6655, 4: PSK_DHE
	} {
		if got, ok := SuiteNamed(name); !ok || got != want {
			t.Errorf("%s: %#04x, want %#04x", name, got, want)
		}
	}
	if _, ok := SuiteNamed("TLS-NOPE"); ok {
		t.Error("TLS-NOPE is known")
	}
	drafts := map[string]int{}
	for _, name := range tables()[suite] {
		drafts[name]++
	}
	for name, n := range drafts {
		if v := suites()[name]; n > 1 && tables()[suite][uint16(v)] != name {
			t.Errorf("%s has %d numbers, and %#04x is none of them", name, n, v)
		}
	}
}
