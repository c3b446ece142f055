package profiles

import (
	"regexp"
	"slices"
	"strings"

	"tlslab/profiles/dialect"
)

const (
	alpnMost  = 8  // names; port/mbedtls/server_extensions.c has room for them
	alpnMostB = 32 // bytes of a name; RFC 7301 has up to 255, of which none is near
)

var (
	alpnPattern  = regexp.MustCompile(`^[!-~]+$`)
	maxFragments = []int{512, 1024, 2048, 4096}
)

// checkExtensions checks what rides on ClientHello and ServerHello.
func (s *Scenario) checkExtensions(bad report) {
	for _, list := range []struct {
		key   string
		names []string
	}{{"alpn", s.ALPN}, {"server_alpn", s.ServerALPN}} {
		if len(list.names) > alpnMost {
			bad(list.key, "%d names: not in 0..%d", len(list.names), alpnMost)
		}
		for i, name := range list.names {
			if !alpnPattern.MatchString(name) || len(name) > alpnMostB {
				bad(list.key, "%d: %q: not a name of 1 to %d letters and signs", i+1, name, alpnMostB)
			}
		}
	}
	if (len(s.ALPN) > 0) != (len(s.ServerALPN) > 0) {
		bad("alpn", "alpn and server_alpn go together: what the client offers, and what the server speaks")
	}
	if s.MaxFragmentB != 0 && !slices.Contains(maxFragments, s.MaxFragmentB) {
		bad("max_fragment_B", "%d: not one of %d", s.MaxFragmentB, maxFragments)
	}
	if s.SNI && s.Chain == "" {
		bad("sni", "without a chain there is no certificate to choose")
	}
	if s.Renegotiate != "" && s.Datagram() {
		bad("renegotiate", "not over datagrams; allowed with ssl3, tls1.0, tls1.1, tls1.2")
	}
	if s.RecordSplitting && s.Protocol != SSL3 && s.Protocol != dialect.TLS10 {
		bad("record_splitting", "is of versions whose records go on with the last one's block: allowed with %s, %s", SSL3, dialect.TLS10)
	}
	for _, x := range s.Features.rows() {
		in := strings.Fields(x.tag.Get("in"))
		switch {
		case len(in) == 0 || !x.asked():
		case s.Serves() && x.tag.Get("serves") == "":
			bad(x.key, "is asked of a device that is the client alone: allowed with endpoint \"client\"")
		case s.Protocol == SSL3 && slices.Contains(in, "extension"):
			bad(x.key, "is an extension, and SSL 3.0 has none")
		case s.Protocol == TLS13 && !slices.Contains(in, "tls1.3"):
			bad(x.key, "is nothing that TLS 1.3 has (RFC 8446, 4.1.2 and D)")
		}
	}
	if s.Resume == "ticket" && s.Protocol == SSL3 {
		bad("resume", "%q is an extension, and SSL 3.0 has none; allowed: id", s.Resume)
	}
}

// ALPNAgreed is the protocol that the server is to choose; "" where it has none
// of the client's.
func (f *Features) ALPNAgreed() string {
	for _, name := range f.ServerALPN {
		if slices.Contains(f.ALPN, name) {
			return name
		}
	}
	return ""
}
