package profiles

import "testing"

func TestBadDatagrams(t *testing.T) {
	const dtls, tls = "dtls12-psk-aes128-ccm8", "psk-aes128-ccm8"
	for _, c := range []struct{ file, old, new, want string }{
		{dtls, "mtu_B ", "loss_pct = 101\nmtu_B ", "wire.loss_pct: 101: not in 0..100"},
		{dtls, "mtu_B ", "reorder_pct = -1\nmtu_B ", "wire.reorder_pct: -1: not in 0..100"},
		{dtls, "mtu_B ", "to_client = {duplicate_pct = 200}\nmtu_B ", "duplicate_pct: 200: not in 0..100"},
		{dtls, "mtu_B ", "to_server = {corrupt_pct = 101}\nmtu_B ", "corrupt_pct: 101: not in 0..100"},
		{dtls, "mtu_B ", "to_server = {lose_pct = 1}\nmtu_B ", "is not known"},
		{dtls, "= 1_000\n", "= 0\n", "dtls.timeout_min_ms: 0: not in 1..600000"},
		{dtls, "= 60_000\n", "= 999\n", "dtls.timeout_max_ms: 999: not in timeout_min_ms..600000"},
		{dtls, "= 60_000\n", "= 600_001\n", "dtls.timeout_max_ms: 600001: not in"},
		{dtls, "cookie         = true", "cid_B = 33", "dtls.cid_B: 33: not in 0..32"},
		{dtls, "cookie         = true", "reconnect = true", "dtls.reconnect: without cookie"},
		{dtls, "response_B = 267", "response_B = 385", "payload.response_B: 385: above 384"},
		{dtls, "1280", "400", "payload.response_B: 267: above 240, which one datagram of 400 B holds"},
		{dtls, `"dtls1.2"`, `"tls1.2"`, "dtls: protocol tls1.2 has no datagrams; allowed with dtls1.0, dtls1.2"},
		{tls, `"tls1.2"`, `"dtls1.2"`, "protocol: dtls1.2 needs a [dtls]"},
		{tls, "mtu_B ", "loss_pct = 1\nmtu_B ", "are of datagrams; protocol tls1.2 has none"},
		{tls, "mtu_B ", "seed = 1\nmtu_B ", "are of datagrams; protocol tls1.2 has none"},
	} {
		refused(t, c.file, c.old, c.new, c.want)
	}
}

func TestTroubles(t *testing.T) {
	w := Wire{Trouble: Trouble{LossPct: 1, ReorderPct: 2}}
	if to, from := w.Troubles(); to != w.Trouble || from != w.Trouble {
		t.Errorf("both ways: %+v, %+v", to, from)
	}
	w.ToClient = &Trouble{LossPct: 9}
	if to, from := w.Troubles(); to != w.Trouble || from != (Trouble{LossPct: 9}) {
		t.Errorf("a table takes the place of all rates: %+v, %+v", to, from)
	}
}

func TestDatagram(t *testing.T) {
	for name, want := range map[string]bool{"psk-aes128-ccm8": false, "dtls12-psk-aes128-ccm8": true, "dtls10-psk-aes128-cbc-sha": true} {
		if s := scenario(t, nil, name); s.Datagram() != want {
			t.Errorf("%s: Datagram() is %v", name, !want)
		}
	}
}
