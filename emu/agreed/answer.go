package agreed

import (
	"bytes"
	"slices"

	"tlslab/internal/iana"
)

// serverHello holds what the server chose to what the client offered.
func (w *Watch) serverHello(body []byte) {
	c := &w.conn
	s, ok := parseHello(serverHello, body, w.datagram)
	if !ok {
		w.broke(Server, Framing, "sent a ServerHello whose lengths contradict each other")
		return
	}
	if c.client == nil {
		return // nothing to hold it to
	}
	c.retried = bytes.Equal(s.random, retryRandom)
	c.server, c.version = s, s.version
	offered, many := c.client.words(extVersions, 1)
	if v, ok := s.extension(extVersions); ok && len(v) == 2 {
		c.version = numbers(v)[0]
	}
	switch {
	case many && !slices.Contains(offered, c.version) && !w.datagram, !many && c.version > c.client.version:
		w.broke(Server, Version, "chose %s, which the client did not offer", w.versionName(c.version))
	case !slices.Contains(c.client.suites, s.suites[0]):
		w.broke(Server, Suite, "chose the suite %s, which the client did not offer", s.suite().Name())
	case (s.suite()>>8 == suites13) != (c.version == tls13):
		w.broke(Server, Suite, "chose the suite %s, which %s does not have", s.suite().Name(), w.versionName(c.version))
	case !bytes.Contains(c.client.compression, s.compression):
		w.broke(Server, Compression, "chose the compression method %d, which the client did not offer", s.compression[0])
	}
	w.noneTwice(Server, "ServerHello", s.extensions)
	w.asked(Server, "ServerHello", s.extensions, c.client)
	w.shareOffered(s)
	w.limits(s.extensions)
}

// suites13 is the first byte of the numbers of TLS 1.3's suites (RFC 8446, B.4).
const suites13 = 0x13

// asked: an answer has no extension that the question lacks (RFC 5246, 7.4.1.4;
// RFC 8446, 4.2), but for the cookie of a HelloRetryRequest.
func (w *Watch) asked(from int, message string, all []extension, by *hello) {
	for _, x := range all {
		switch {
		case by.has(x.id):
		case x.id == extRenegotiation && slices.Contains(by.suites, renegotiationSCSV):
		case x.id == extCookie && w.conn.retried:
		default:
			w.broke(from, Extension, "sent the extension %s in its %s, which was not asked for", iana.Extension(x.id), message)
		}
	}
	if chosen, ok := find(all, extALPN); ok && from == Server {
		w.protocolOffered(chosen, by)
	}
}

// protocolOffered: the server chooses one of the client's (RFC 7301, 3.2).
func (w *Watch) protocolOffered(chosen []byte, by *hello) {
	list, _ := by.extension(extALPN)
	one, many := fields{chosen, true}, fields{list, true}
	one.number(2)
	many.number(2)
	name := one.take(one.number(1))
	for many.ok && len(many.rest) > 0 {
		if bytes.Equal(many.take(many.number(1)), name) {
			return
		}
	}
	w.broke(Server, Extension, "chose the protocol %q (ALPN), which the client did not offer", name)
}

// shareOffered: the group of TLS 1.3's key exchange is one that the client supports
// and, but for a HelloRetryRequest, has sent a key of (RFC 8446, 4.2.8).
func (w *Watch) shareOffered(s *hello) {
	data, ok := s.extension(extKeyShare)
	if !ok || len(data) < 2 || w.conn.version != tls13 {
		return
	}
	group := numbers(data[:2])[0]
	w.groupOffered(group)
	if w.conn.retried {
		return
	}
	list, _ := w.conn.client.extension(extKeyShare)
	f := fields{list, true}
	f.number(2)
	for f.ok && len(f.rest) > 0 {
		if uint16(f.number(2)) == group {
			return
		}
		f.take(f.number(2))
	}
	w.broke(Server, Group, "took the group %s, of which the client sent no key", iana.Group(group))
}

func (w *Watch) groupOffered(group uint16) {
	if groups, ok := w.conn.client.words(extGroups, 2); ok && !slices.Contains(groups, group) {
		w.broke(Server, Group, "chose the group %s, which the client did not offer", iana.Group(group))
	}
}

// limits takes what was agreed on how long records are: all of them from now on
// (RFC 6066, 4), or the protected ones, each end's in its own extension (RFC 8449,
// 4), which goes before the other.
func (w *Watch) limits(answer []extension) {
	c := &w.conn
	if data, ok := find(answer, extMaxFragment); ok && len(data) == 1 {
		asked, _ := c.client.extension(extMaxFragment)
		if !bytes.Equal(asked, data) {
			w.broke(Server, Extension, "agreed on another max_fragment_length than was asked for: code %d for %d", data[0], asked)
		}
		if data[0] >= 1 && data[0] <= 4 {
			for i := range c.ends {
				c.ends[i].limit, c.ends[i].limitBy, c.ends[i].protects = 256<<data[0], "max_fragment_length", false
			}
		}
	}
	if data, ok := find(answer, extRecordSize); ok && len(data) == 2 {
		asked, _ := c.client.extension(extRecordSize)
		for i, data := range [2][]byte{Client: data, Server: asked} {
			if len(data) != 2 {
				continue
			}
			n := int(numbers(data)[0])
			if c.version == tls13 {
				n-- // which counts the true type (RFC 8449, 4)
			}
			c.ends[i].limit, c.ends[i].limitBy, c.ends[i].protects = min(n, plaintextMost), "record_size_limit", true
		}
	}
}
