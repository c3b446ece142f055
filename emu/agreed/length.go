package agreed

import (
	"strings"

	"tlslab/internal/quantity"
)

// length holds a record to what it may have at most.
func (w *Watch) length(from int, r *record) {
	e := &w.conn.ends[from]
	if r.wholeB == 0 && r.kind != applicationData && r.kind != withCID {
		w.broke(from, Framing, "sent an empty %s record (RFC 5246, 6.2.1)", contentNames[r.kind])
		return
	}
	if !r.protected {
		if limit := e.limit; e.protects && limit < plaintextMost {
			return
		} else if r.wholeB > limit {
			w.broke(from, Length, "sent a record of %s, where %s", quantity.Bytes(int64(r.wholeB)), e.agreedB())
		}
		return
	}
	overhead := w.overhead(from, r)
	if data := r.wholeB - overhead; data > e.limit {
		w.broke(from, Length, "sent a protected record of %s, in which at least %s are data, where %s", quantity.Bytes(int64(r.wholeB)), quantity.Bytes(int64(data)), e.agreedB())
	}
}

// agreedB says what the limit is, and what it comes from.
func (e *end) agreedB() string {
	if e.limit == plaintextMost {
		return "a record holds at most " + quantity.Bytes(plaintextMost)
	}
	return quantity.Bytes(int64(e.limit)) + " were agreed (" + e.limitBy + ")"
}

// unknownB is what protects a record of a suite that is not known: the most that any
// may add (RFC 5246, 6.2.3).
const unknownB = 2048

// overhead is the most that a protected record adds to its data.
func (w *Watch) overhead(from int, r *record) int {
	c := &w.conn
	if c.server == nil {
		return unknownB
	}
	n := overheadB(c.server.suite().Name(), c.version)
	if r.kind == withCID || c.version == tls13 {
		n += 1 + paddingMost // the true type, and zeros (RFC 9146, 4; RFC 8446, 5.4)
	}
	return n
}

// paddingMost is how much padding of TLS 1.3 and of connection IDs is taken for
// padding if the secrets are not known: what Mbed TLS pads to.
const paddingMost = 16

// macB are the lengths of MACs by how a suite's name ends (RFC 5246, appendix C).
var macB = []struct {
	suffix string
	bytes  int
}{{"_SHA384", 48}, {"_SHA256", 32}, {"_SHA", 20}, {"_MD5", 16}}

// overheadB is the most that a suite's protection adds to a record: of authenticated
// encryption its nonce and tag (RFC 5288, 3; RFC 6655, 3; RFC 7905, 2), of others
// the MAC and, of blocks, their first vector and up to 256 bytes of padding.
func overheadB(name string, version uint16) int {
	nonce := 8
	if version == tls13 {
		nonce = 0
	}
	switch {
	case strings.Contains(name, "CHACHA20"):
		return 16
	case strings.Contains(name, "CCM_8"):
		return nonce + 8
	case strings.Contains(name, "GCM"), strings.Contains(name, "CCM"):
		return nonce + 16
	}
	mac := unknownB // a suite that has no name
	for _, m := range macB {
		if strings.HasSuffix(name, m.suffix) {
			mac = m.bytes
			break
		}
	}
	switch {
	case strings.Contains(name, "_NULL_"), strings.Contains(name, "RC4"), mac == unknownB:
		return mac
	case version <= tls10:
		return mac + 256
	}
	return 16 + mac + 256 // the longest block
}
