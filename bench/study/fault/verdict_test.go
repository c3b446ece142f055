package fault

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Outcomes as the lab sees them.
var (
	through = Outcome{Connected: true, Complete: true}
	refused = Outcome{Error: "MBEDTLS_ERR_SSL_INVALID_MAC", Phase: "server-finished"}
	late    = Outcome{Error: "MBEDTLS_ERR_SSL_INVALID_MAC", Phase: "app-read", Connected: true}
)

func TestJudge(t *testing.T) {
	flip := Fault{Kind: Flip, From: Server}
	clear := func(p Part) Site { return Site{Handshake: true, Byte: Byte{Part: p, Type: 22, Message: 2}} }
	sealed := Site{Handshake: true, Byte: Byte{Part: Content, Sealed: true, Type: 22}}
	answer := Site{Byte: Byte{Part: Content, Sealed: true, Type: 23}}
	datagram := func(s Site) Site { s.Datagrams = true; return s }
	with := func(o Outcome, change func(*Outcome)) Outcome { change(&o); return o }
	resent := with(through, func(o *Outcome) { o.Resent = true })
	short := Outcome{Connected: true, SawEnd: true, Phase: "app-read"}
	for _, c := range []struct {
		name       string
		fault      Fault
		site       Site
		outcome    Outcome
		want, rule string
	}{
		{"refused", flip, clear(Content), refused, CleanError, ""},
		{"leak", flip, clear(Content), with(refused, func(o *Outcome) { o.LeakB = 8 }), Leak, ""},
		{"leak though connected", Fault{Kind: Alloc}, Site{}, with(through, func(o *Outcome) { o.LeakB = 8 }), Leak, ""},
		{"hang", flip, clear(Length), Outcome{Hang: "both ends wait"}, Hang, ""},
		{"trap", flip, clear(Length), Outcome{Trap: "unreachable", LeakB: 3}, Trap, ""},
		{"handshake byte accepted", flip, clear(Content), through, Accepted, ""},
		{"handshake byte accepted, failed later", flip, clear(Content), late, Accepted, ""},
		{"finished accepted", flip, sealed, late, Accepted, ""},
		{"answer refused", flip, answer, late, CleanError, ""},
		{"answer accepted", flip, answer, through, Accepted, ""},
		{"version in the clear", flip, clear(Version), through, Connected, "record-version"},
		{"version, sealed", flip, Site{Handshake: true, Byte: Byte{Part: Version, Sealed: true, Type: 22}}, through, Accepted, ""},
		{"content type", flip, clear(ContentType), through, Accepted, ""},
		{"sequence number", flip, datagram(clear(Sequence)), through, Connected, "record-sequence"},
		{"sequence number, dropped", flip, datagram(clear(Sequence)), resent, Connected, "sent-again"},
		{"datagram dropped", flip, datagram(clear(Content)), resent, Connected, "sent-again"},
		{"datagram accepted", flip, datagram(clear(Content)), through, Accepted, ""},
		{"cookie", flip, Site{Handshake: true, Datagrams: true, Byte: Byte{Part: Content, Type: 22, Message: messageHelloVerify}}, through, Connected, "hello-verify"},
		{"the same on a stream", flip, Site{Handshake: true, Byte: Byte{Part: Content, Type: 22, Message: messageHelloVerify}}, through, Accepted, ""},
		{"first hello", flip, Site{Handshake: true, Datagrams: true, Cookies: true, Byte: Byte{Part: Content, Type: 22, Message: 1, NoCookie: true}}, through, Connected, "hello-verify"},
		{"the one with a cookie", flip, Site{Handshake: true, Datagrams: true, Cookies: true, Byte: Byte{Part: Content, Type: 22, Message: 1}}, through, Accepted, ""},
		{"first hello without cookies", flip, Site{Handshake: true, Datagrams: true, Byte: Byte{Part: Content, Type: 22, Message: 1, NoCookie: true}}, through, Accepted, ""},
		{"sent twice", flip, Site{Handshake: true, Datagrams: true, Byte: Byte{Part: Content, Type: 22, Message: 2, Copies: true}}, through, Connected, "other-copy"},
		{"never read", flip, Site{NeverRead: true, Byte: Byte{Part: Content, Sealed: true, Type: 21}}, through, Connected, "never-read"},
		{"end cut off", flip, answer, with(through, func(o *Outcome) { o.SawEnd = true }), Connected, "end-of-stream"},
		{"cut in the answer", Fault{Kind: Cut}, Site{}, short, Connected, "end-of-stream"},
		{"cut in the handshake", Fault{Kind: Cut}, Site{Handshake: true}, Outcome{Error: "MBEDTLS_ERR_SSL_CONN_EOF"}, CleanError, ""},
		{"cut while closing", Fault{Kind: Cut}, Site{Closing: true}, through, Connected, "closing"},
		{"close_notify dropped", flip, Site{Datagrams: true, Byte: Byte{Part: Content, Sealed: true, Type: typeAlert}}, through, Connected, "closing"},
		{"close_notify accepted", flip, Site{Byte: Byte{Part: Content, Sealed: true, Type: typeAlert}}, through, Accepted, ""},
		{"short without an end", flip, answer, Outcome{Connected: true, Phase: "app-read"}, Silent, ""},
		{"its peer refused", flip, answer, Outcome{Connected: true, PeerError: "MBEDTLS_ERR_SSL_INVALID_MAC"}, CleanError, ""},
		{"nothing at all", Fault{Kind: Alloc}, Site{}, Outcome{}, Silent, ""},
		{"no memory", Fault{Kind: Alloc}, Site{}, through, Connected, "did-without"},
		{"no entropy", Fault{Kind: Entropy}, Site{}, through, Ignored, ""},
		{"no entropy, told", Fault{Kind: Entropy}, Site{}, refused, CleanError, ""},
		{"split", Fault{Kind: Split}, Site{}, through, Connected, "unchanged"},
		{"split refused", Fault{Kind: Split}, Site{}, refused, Broken, ""},
		{"split datagram refused", Fault{Kind: Split}, Site{Datagrams: true}, refused, CleanError, ""},
		{"internal", flip, clear(Length), Outcome{Error: "MBEDTLS_ERR_SSL_INTERNAL_ERROR", Internal: true}, Internal, ""},
		{"internal, of memory", Fault{Kind: Alloc}, Site{}, Outcome{Error: "MBEDTLS_ERR_SSL_INTERNAL_ERROR", Internal: true}, CleanError, ""},
		{"clock", Fault{Kind: RTC}, Site{}, through, Connected, "clock-tolerated"},
	} {
		v := Judge(c.fault, c.site, c.outcome)
		if v.Name != c.want || v.Rule != c.rule {
			t.Errorf("%s: %s by %q, want %s by %q", c.name, v.Name, v.Rule, c.want, c.rule)
		}
		if v.Finding() != (v.Detail != "") {
			t.Errorf("%s: %s has the detail %q", c.name, v.Name, v.Detail)
		}
		if v.Rule != "" && Why(v.Rule) == "" {
			t.Errorf("%s: no reason for rule %s", c.name, v.Rule)
		}
	}
	at := Judge(flip, Site{}, Outcome{Trap: "unreachable", AtPeer: true})
	if !strings.HasPrefix(at.Detail, "its peer: ") {
		t.Errorf("the server's trap is told as %q", at.Detail)
	}
}

func TestFill(t *testing.T) {
	result := func(name string, s Site, o Outcome) Result {
		f, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		return Result{f, s, o, Judge(f, s, o)}
	}
	misnamed := refused
	misnamed.Error = "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED"
	leak := misnamed
	leak.LeakB = 40
	f := &File{Profile: "p", Config: "c", Scenario: "s", EntropySeed: 5, Possible: 7}
	f.Fill([]Result{
		result("alloc:1", Site{Phase: "init"}, Outcome{Error: "MBEDTLS_ERR_SSL_ALLOC_FAILED"}),
		result("alloc:2", Site{Phase: "init"}, misnamed),
		result("alloc:3", Site{Phase: "init"}, leak),
		result("alloc:4", Site{Phase: "app-read"}, through),
		result("flip:server:3:1", Site{Handshake: true}, refused),
		result("flip:server:3:2", Site{Handshake: true}, refused),
	}, func(id string) string { return "tlslab fault p --run " + id })
	if f.Runs != 6 || f.Misnamed != 1 || len(f.Findings) != 1 || f.Kinds[0].Verdicts[CleanError] != 2 || f.Kinds[1].Runs != 2 {
		t.Errorf("%+v", f)
	}
	want := Finding{ID: "alloc:3", Verdict: Leak, Phase: "init", Seed: 5, Command: "tlslab fault p --run alloc:3",
		Detail: "40 B live after close; MBEDTLS_ERR_X509_CERT_VERIFY_FAILED in server-finished"}
	if f.Findings[0] != want {
		t.Errorf("got  %+v\nwant %+v", f.Findings[0], want)
	}
	var b bytes.Buffer
	if err := Print(&b, f); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"s, c, : 6 runs (drawn from 7), 1 findings\n",
		"  alloc  1  MBEDTLS_ERR_SSL_ALLOC_FAILED\n",
		"  flip   2  MBEDTLS_ERR_SSL_INVALID_MAC\n",
		"1 of them were failed allocations, and the error does not say so\n",
		"did-without in app-read: the library went on",
		"  alloc:3: leak in init: 40 B live after close; MBEDTLS_ERR_X509_CERT_VERIFY_FAILED in server-finished\n    tlslab fault p --run alloc:3\n",
	} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("no %q in\n%s", line, &b)
		}
	}
	dir := t.TempDir()
	name, err := Write(dir, f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	read := new(File)
	if err := json.Unmarshal(data, read); err != nil || read.Schema != Schema || len(read.Findings) != 1 {
		t.Errorf("%v: %+v", err, read)
	}
}
