package profiles

import "testing"

func TestBadFeatures(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`protocol  =`, "client_auth = \"optionl\"\nprotocol  =", `client_auth: client_auth "optionl": not known; did you mean optional?`},
		{`chain     = "rsa2048"`, "client_auth = \"required\"\npassword = \"x\"", "asks for no certificate"},
		{`protocol  =`, "resume = \"tickets\"\nprotocol  =", `resume: resume "tickets": not known; did you mean ticket?`},
		{`protocol  =`, "renegotiate = \"both\"\nprotocol  =", `renegotiate: renegotiate "both": not known`},
		{`protocol  =`, "alpn = [\"h2\"]\nprotocol  =", "alpn and server_alpn go together"},
		{`protocol  =`, "alpn = [\"h2\"]\nserver_alpn = [\"h2\", \"h t\"]\nprotocol  =", `server_alpn: 2: "h t": not a name of 1 to 32`},
		{`protocol  =`, "alpn = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]\nserver_alpn = [\"h2\"]\nprotocol  =", "alpn: 9 names: not in 0..8"},
		{`protocol  =`, "max_fragment_B = 1000\nprotocol  =", "max_fragment_B: 1000: not one of [512 1024 2048 4096]"},
		{`protocol  =`, "record_splitting = true\nprotocol  =", "record_splitting: is of versions whose records go on with the last one's block: allowed with ssl3, tls1.0"},
		{`protocol  = "tls1.2"`, "sni = true\nprotocol  = \"ssl3\"", "sni: is an extension, and SSL 3.0 has none"},
		{`protocol  = "tls1.2"`, "resume = \"ticket\"\nprotocol  = \"ssl3\"", "resume: \"ticket\" is an extension, and SSL 3.0 has none; allowed: id"},
		{`protocol  =`, "resume = \"psk\"\nprotocol  =", `"psk": not with tls1.2; tls1.3 has psk, and only psk`},
	} {
		refused(t, "rsa-aes256-cbc-sha256", c.old, c.new, c.want)
	}
}

func TestAuth(t *testing.T) {
	for _, c := range []struct {
		f    Features
		want string
	}{
		{Features{}, ""},
		{Features{ClientChain: "rsa2048"}, AuthRequired},
		{Features{ClientChain: "rsa2048", ClientAuth: "none"}, ""},
		{Features{ClientAuth: AuthOptional}, AuthOptional},
	} {
		if got := c.f.Auth(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.f, got, c.want)
		}
	}
}

func TestResumeIsOfStreams(t *testing.T) {
	refused(t, "dtls12-cid", "protocol  =", "resume = \"id\"\nprotocol  =", "resume: not over datagrams")
}

// Who writes a feature into a scenario need not know which options it needs.
func TestFeatureNeeds(t *testing.T) {
	s := &Scenario{Features: Features{Resume: "ticket", ClientChain: "ecdsa-p256"}, Needs: map[string]any{"ECDSA_C": false}}
	s.addNeeds()
	if s.Needs["SSL_SESSION_TICKETS"] != true || s.Needs["PK_PARSE_C"] != true || s.Needs["ECDSA_C"] != false {
		t.Errorf("needs %v", s.Needs)
	}
}

func TestALPNAgreed(t *testing.T) {
	f := Features{ALPN: []string{"h2", "http/1.1"}, ServerALPN: []string{"mqtt", "http/1.1", "h2"}}
	if got := f.ALPNAgreed(); got != "http/1.1" {
		t.Errorf("the server would choose %q", got)
	}
	f.ServerALPN = []string{"mqtt"}
	if got := f.ALPNAgreed(); got != "" {
		t.Errorf("the server would choose %q, which it has not", got)
	}
}
