package profiles

import "testing"

func TestBadFeatures(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`protocol  =`, "client_auth = \"optionl\"\nprotocol  =", `client_auth: client_auth "optionl": not known; did you mean optional?`},
		{`chain     = "rsa2048"`, "client_auth = \"required\"\npassword = \"x\"", "asks for no certificate"},
		{`protocol  =`, "resume = \"tickets\"\nprotocol  =", `resume: resume "tickets": not known; did you mean ticket?`},
		{`protocol  = "tls1.2"`, "resume = \"ticket\"\nprotocol  = \"ssl3\"", "SSL 3.0 has none; allowed: id"},
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
