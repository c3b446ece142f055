package cli

import (
	"bytes"
	"strings"
	"testing"

	"tlslab/bench/results/tuned"
)

// TestTunedText: what a search prints fits a terminal, has the chosen point on its
// front however long that is, and says what was passed over and not shown.
func TestTunedText(t *testing.T) {
	t.Parallel()
	m := func(flash int64) map[string]int64 {
		return map[string]int64{"flash": flash, "heap": 14_073, "ram": 16_737, "ticks": 2_031_139_498}
	}
	f := &tuned.File{Config: "rtthread-optimised", Profile: "imxrt1052", Scenarios: []string{"rsa-aes256-cbc-sha256"}, Minimise: "flash",
		Start: tuned.Spot{Metrics: m(90_000)}, Chosen: tuned.Spot{Metrics: m(54_377)},
		Steps: []tuned.Step{{Round: 1, Kept: true, Change: map[string]int64{"flash": -10_013, "heap": -1760},
			Move: "SSL_IN_CONTENT_LEN 3584 -> 1824 (at 1808 rsa-aes256-cbc-sha256: MBEDTLS_ERR_SSL_INVALID_RECORD in server-certificate)"}},
		Without: []string{"SSL_ENCRYPT_THEN_MAC: CBC records are open to padding oracles (Lucky 13) but for the library's own constant-time code, which costs far more time"},
		Unshown: []tuned.Unshown{{Option: "SSL_SERVER_NAME_INDICATION", Change: "off", Asks: "sni = true"}},
	}
	for i := range frontMost + 5 {
		s := tuned.Spot{Metrics: m(50_000 + int64(i)), Differs: "AES_FEWER_TABLES=off, AES_ROM_TABLES=off, SSL_KEEP_PEER_CERTIFICATE=on, gcc -Os"}
		f.Front = append(f.Front, s)
		f.PassedOver = append(f.PassedOver, tuned.PassedOver{Metrics: s.Metrics, Why: "saves 2 190 B of flash and takes 4 392 B of ram", Budget: "heap=15873,ram=21129"})
	}
	f.Front = append(f.Front, tuned.Spot{Metrics: f.Chosen.Metrics, Differs: "the chosen point"})
	var out bytes.Buffer
	if err := writeTuned(&out, f, func(s string) string { return s }); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(out.String(), "\n") {
		if len(line) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
	all := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{"54 377 14 073 16 737 2 031 139 498 the chosen point", "and 5 more in tune.json",
		"passed over: 50 000 B of flash: it saves 2 190 B of flash and takes 4 392 B of ram; --budget heap=15873,ram=21129 permits it",
		"and 27 more were passed over", "SSL_SERVER_NAME_INDICATION off sni = true"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
}
