package profiles

import "testing"

func TestBadFeatures(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`protocol  =`, "client_auth = \"optionl\"\nprotocol  =", `client_auth: client_auth "optionl": not known; did you mean optional?`},
		{`chain     = "rsa2048"`, "client_auth = \"required\"\npassword = \"x\"", "asks for no certificate"},
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
