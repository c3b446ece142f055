package advice

import (
	"fmt"
	"strconv"
	"strings"

	"tlslab/emu/records"
	"tlslab/internal/quantity"
	"tlslab/profiles"
)

// contentMost is the most text of a record (RFC 5246, 6.2.1), and the largest
// value of a content length that gains anything.
const contentMost = 1 << 14

// in and out are the options by which a core bounds the text of the records that
// it reads and sends.
func (c *Core) in(e *Evidence) string  { return c.content(e, "SSL_IN_CONTENT_LEN") }
func (c *Core) out(e *Evidence) string { return c.content(e, "SSL_OUT_CONTENT_LEN") }

// content is the option that decides: 2.x has one for both besides.
func (c *Core) content(e *Evidence, option string) string {
	if strings.HasPrefix(c.Version, "2.") && !c.has(e, option) {
		return "SSL_MAX_CONTENT_LEN"
	}
	return option
}

// length is the bound in force of an option of in or out.
func (c *Core) length(e *Evidence, option string) int {
	for _, name := range []string{option, "SSL_MAX_CONTENT_LEN"} {
		if c.has(e, name) {
			if n, ok := c.limit(e, name); ok {
				return n
			}
		}
	}
	return contentMost
}

// InForce is a number in force in a conversation; 0 where none is.
func (c *Core) InForce(e *Evidence, option string) int {
	if strings.HasSuffix(option, "_CONTENT_LEN") {
		return c.length(e, option)
	}
	n, _ := c.limit(e, option)
	return n
}

// lengths are changes by which records and messages fit. The largest there are
// come first, with heap for them: that shows what is needed. Nothing is said of
// records before one was sent, nor where nothing speaks of their length.
func (c *Core) lengths(e *Evidence) (out []Candidate) {
	if e.NoBuild {
		return nil
	}
	if in := c.in(e); e.started() {
		has := c.length(e, in)
		most := c.text(e, e.peer())
		if has < contentMost && (most > has || e.failed("SSL_INVALID_RECORD") || e.failed("SSL_BAD_INPUT_DATA") || e.failed("SSL_BUFFER_TOO_SMALL")) && e.peerSpoke() {
			if most > has && most < contentMost {
				// The record that was seen may be the longest: the cheapest try.
				out = append(out, Candidate{Sure: true, Change: Change{Options: c.larger(e, in, most)}, Why: c.longer(e, most, in, has)})
			}
			out = append(out, Candidate{Sure: most > has, Change: Change{Options: c.larger(e, in, contentMost), HeapB: heapMost}, Why: c.longer(e, most, in, has),
				Less: func(after *Evidence) []Change { n := c.text(after, after.peer()); return c.lengthsFor(e, in, n) }})
		}
	}
	option := c.out(e)
	has := c.length(e, option)
	why := ""
	switch chainB := chainMessageB(e.Own); {
	case identityMessageB(e) > has:
		why = fmt.Sprintf("the identity of %d bytes goes in a message of %d, and %s allows %d", e.IdentityB, identityMessageB(e), option, has)
	case len(e.Own) > 0 && chainB > has:
		why = fmt.Sprintf("the device's own certificates take a message of %d bytes, and %s allows %d", chainB, option, has)
	case has < contentMost && (e.failed("SSL_BUFFER_TOO_SMALL") || e.failed("ASN1_BUF_TOO_SMALL") || e.failed("SSL_BAD_INPUT_DATA") && e.Phase != "init"):
		why = fmt.Sprintf("a message of the device's did not fit: %s allows %d", option, has)
	}
	if why != "" {
		out = append(out, Candidate{Change: Change{Options: c.larger(e, option, contentMost), HeapB: heapMost}, Why: why,
			Less: func(after *Evidence) []Change {
				n := c.text(after, after.device())
				return c.lengthsFor(e, option, max(n, identityMessageB(e), chainMessageB(e.Own)))
			}})
	}
	return out
}

// peerSpoke says that the peer sent something: else its records are not to blame.
func (e *Evidence) peerSpoke() bool { return len(e.Seen.Sizes(e.peer())) > 0 }

// longer says what was too long.
func (c *Core) longer(e *Evidence, most int, option string, has int) string {
	if most > has {
		return fmt.Sprintf("%s sends a record of %s, and %s allows %d", e.peerName(), quantity.Bytes(most), option, has)
	}
	return fmt.Sprintf("%s's records do not fit: %s allows %d", e.peerName(), option, has)
}

// lengthsFor are values of a length that may do: what was counted, and where the
// library wants more room than the text has, the next steps.
func (c *Core) lengthsFor(e *Evidence, option string, need int) (out []Change) {
	const step = 256
	has := c.length(e, option)
	for _, n := range []int{need, (need/step + 1) * step, (need/step + 3) * step} {
		if n > has && n < contentMost {
			out = append(out, Change{Options: []profiles.Change{{Option: option, On: true, Value: strconv.Itoa(n)}}})
		}
	}
	return out
}

// identityMessageB is a ClientKeyExchange with a pre-shared key's identity
// alone (RFC 4279, 2).
func identityMessageB(e *Evidence) int {
	if e.IdentityB == 0 || e.Serves {
		return 0
	}
	return 4 + 2 + e.IdentityB
}

// chainMessageB is a Certificate message (RFC 5246, 7.4.2).
func chainMessageB(chain [][]byte) int {
	n := 4 + 3
	for _, der := range chain {
		n += 3 + len(der)
	}
	return n
}

// text is the most text that a record of an end has, one that was not read to
// its end among them.
func (c *Core) text(e *Evidence, end int) (most int) {
	if e.Seen == nil {
		return 0
	}
	suite := e.Suite
	if n := e.Seen.Suite(); n != 0 {
		suite = c.SuiteName(n)
	}
	for _, r := range e.Seen.Sizes(end) {
		most = max(most, TextB(r, suite))
	}
	return most
}

// protections are what protects a record's text, by a part of the suite's name:
// a nonce, a tag (RFC 5288, 6655, 7905), or for CBC an IV and a MAC, with at
// least one byte of padding (RFC 5246, 6.2.3.2). TLS 1.3 has the record's type
// and a tag (RFC 8446, 5.2).
var protections = []struct {
	part  string
	bytes int
}{
	{"TLS1-3-", 1 + 16}, {"GCM", 8 + 16}, {"CCM-8", 8 + 8}, {"CCM", 8 + 16}, {"CHACHA20", 16},
	{"CBC-SHA384", 16 + 48 + 1}, {"CBC-SHA256", 16 + 32 + 1}, {"CBC", 16 + 20 + 1},
}

// TextB is the most text that a record holds: all of it in the clear.
func TextB(r records.Size, suite string) int {
	if !r.Protected {
		return r.BodyB
	}
	for _, p := range protections {
		if strings.Contains(suite, p.part) {
			return max(0, r.BodyB-p.bytes)
		}
	}
	return r.BodyB
}
