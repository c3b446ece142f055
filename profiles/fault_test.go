package profiles

import (
	"strings"
	"testing"
)

// TestFault: what is wrong on purpose is checked as all else is.
func TestFault(t *testing.T) {
	head := "name = \"x\"\nprotocol = \"tls1.2\"\nsuite = \"TLS-PSK-WITH-AES-128-CCM-8\"\nrtc = \"2026-01-01T00:00:00Z\"\nexpect = \"timeout\"\n"
	tail := "[psk]\nidentity = \"a\"\nkey_hex = \"00010203\"\n[wire]\nmtu_B = 1460\n[payload]\nrequest = \"r\"\n"
	for fault, want := range map[string]string{
		`heap_bytes = 9_000`:         "",
		`entropy_B = 0`:              "",
		`server_suite = "TLS-PSK-X"`: "",
		`heap_bytes = 1`:             "fault.heap_bytes: 1: neither 0 nor in 4096..16777216",
		`entropy_B = -1`:             "fault.entropy_B: -1: below 0",
		`server_suite = "AES"`:       `fault.server_suite: "AES": not a suite`,
		`certificate = "expired"`:    "fault.certificate: needs a chain",
		`certifcate = "expired"`:     `key "certifcate" is not known (did you mean "certificate"?)`,
	} {
		s, err := decodeScenario(lib(), "x.toml", []byte(head+tail+"[fault]\n"+fault+"\n"), "")
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", fault, err)
		case want == "" && s.Fault == nil:
			t.Errorf("%s: no fault", fault)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", fault, err, want)
		}
	}
	for checks, want := range map[string]string{
		`checks = ["corrupt-finished"]`: "",
		`checks = ["expired"]`:          "checks: expired: needs a chain",
		`checks = ["corupt-finished"]`:  "did you mean corrupt-finished?",
	} {
		if _, err := decodeScenario(lib(), "x.toml", []byte(checks+"\n"+head+tail), ""); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", checks, err, want)
		}
	}
}
