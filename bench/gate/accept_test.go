package gate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/bench/results"
)

const good = `[[accept]]
case = "*/ecdsa/wasm"
metric = "heap-peak-B"
from = 15000
to = 15016
reason = "bigger record header"
by = "Ann"

[[accept]]
case = "*/psk/wasm"
metric = "outcome"
from = "connected"
to = "SSL_HANDSHAKE_FAILURE"
reason = "PSK was removed"
by = "Bob"
`

func TestParseAccept(t *testing.T) {
	a, err := ParseAccept("accept.toml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if len(a) != 2 || a[0].From != "15 000" || a[1].To != "SSL_HANDSHAKE_FAILURE" || a[1].Source != "accept.toml: accept 2" {
		t.Errorf("%+v", a)
	}
	r := compared(t, func() *results.File { f := baseline(); at(t, f, keyBase).Metrics["heap-peak-B"] = 15016; return f }(), Options{Accept: a})
	if r.Failed() || len(r.Stale) != 1 {
		t.Errorf("%+v", r)
	}
	if a, err := ParseAccept("x", nil); err != nil || a != nil {
		t.Errorf("an empty file: %v %v", a, err)
	}
}

func TestParseAcceptRefuses(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for _, tt := range []struct{ name, data, want string }{
		{"unknown key", change("by =", "bye ="), `accept.toml:7: unknown key "accept.bye"`},
		{"unknown table", change("[[accept]]", "[[acept]]"), `unknown key "acept`},
		{"not TOML", "[[accept", "accept.toml:1:"},
		{"key twice", change(`by = "Ann"`, "by = \"Ann\"\nby = \"Eve\""), "accept.toml:8"},
		{"no reason", change(`reason = "bigger record header"`, ""), "accept 1: reason: missing"},
		{"blank reason", change(`"bigger record header"`, `" "`), "accept 1: reason: missing"},
		{"no name", change(`by = "Bob"`, ""), "accept 2: by: missing"},
		{"no from", change("from = 15000", ""), "accept 1: from: missing"},
		{"from is a string", change("15000", `"15000"`), "accept 1: from: a string"},
		{"to is a fraction", change("15016", "15016.5"), "accept 1: to: float64"},
		{"no such metric", change("heap-peak-B", "heap-pek-B"), `accept 1: metric "heap-pek-B": not known; did you mean heap-peak-B`},
		{"outcome is a number", change(`"connected"`, "0"), "accept 2: from: a number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "accept.toml")
			if err := os.WriteFile(path, []byte(tt.data), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadAccept(path); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzParseAccept(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("[[accept]]\ncase = 1\nfrom = 1979-05-27"))
	f.Fuzz(func(t *testing.T, data []byte) {
		as, err := ParseAccept("x", data)
		if err != nil {
			return
		}
		for _, a := range as {
			if err := a.check(); err != nil {
				t.Errorf("let %+v through: %v", a, err)
			}
		}
	})
}
