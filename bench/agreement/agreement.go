// Package agreement says in words what the two ends of a conversation offered
// and what they agreed on, by the registered names. It takes what emu/records
// read and judges nothing.
package agreement

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/emu/records"
	"tlslab/internal/iana"
	"tlslab/internal/quantity"
)

// width is the longest line, characters.
const width = 80

// Lines describe a conversation, a heading and then what is below it, no line longer
// than 80 characters unless a name is.
func Lines(c *records.Conversation) []string {
	var b block
	if c.ReceivedB == [2]int64{} {
		return []string{"nothing was sent"}
	}
	b.agreed(c)
	b.client(c)
	b.server(c)
	b.alerts(c)
	return b.lines
}

// block are lines under way.
type block struct{ lines []string }

// head begins what a heading is about.
func (b *block) head(text string) { b.lines = append(b.lines, text) }

// list adds names under a label, wrapped; none adds nothing.
func (b *block) list(label string, names []string) {
	if len(names) == 0 {
		return
	}
	const indent = 14
	line := fmt.Sprintf("  %-*s", indent-2, label)
	at := len(line)
	for i, n := range names {
		if i < len(names)-1 {
			n += ","
		}
		if len(line)+1+len(n) > width && len(line) > at {
			b.lines = append(b.lines, line)
			line = strings.Repeat(" ", at)
		}
		line += " " + n
	}
	b.lines = append(b.lines, line)
}

func (b *block) agreed(c *records.Conversation) {
	version, suite := c.Version(), c.Suite()
	if c.Server == nil {
		b.head("nothing was agreed: no ServerHello came")
		return
	}
	b.head("agreed")
	b.list("version", []string{iana.Version(version)})
	b.list("suite", []string{suite.Name()})
	hidden := hides(version)
	switch k := c.KeyExchange; {
	case c.Group() != 0:
		b.list("group", []string{iana.Group(c.Group())})
	case k != nil && k.PrimeBit > 0:
		b.list("group", []string{fmt.Sprintf("DHE with a prime of %d bits", k.PrimeBit)})
	}
	switch {
	case c.KeyExchange != nil && c.KeyExchange.Scheme != 0:
		b.list("signature", []string{iana.Scheme(c.KeyExchange.Scheme)})
	case c.Signed != 0:
		b.list("signature", []string{iana.Scheme(c.Signed)})
	case hidden:
		b.list("signature", []string{"encrypted in TLS 1.3"})
	}
	if c.Server != nil {
		b.extensions("extensions", c.Server)
		if hidden {
			b.list("", []string{"and what is encrypted"})
		}
		if taken(c) {
			b.list("session", []string{"taken up again"})
		}
	}
	var asked []string
	if c.Retry {
		asked = append(asked, "HelloRetryRequest: the server asked for another ClientHello")
	}
	if c.Cookie {
		asked = append(asked, "HelloVerifyRequest: the server asked for its cookie")
	}
	for _, a := range asked {
		b.list("first", []string{a})
	}
}

// hides says that a version hides what follows its ServerHello.
func hides(version uint16) bool { return version == 0x0304 || version == 0xfefc }

// taken says that a session was taken up again: the server accepted the client's
// pre-shared key, or its session's ID.
func taken(c *records.Conversation) bool {
	if c.Client == nil || c.Server == nil {
		return false
	}
	if hides(c.Version()) {
		return c.Server.Ticket && c.Client.Ticket
	}
	return len(c.Server.Session) > 0 && slices.Equal(c.Server.Session, c.Client.Session) && !c.Showed[records.FromServer] && c.KeyExchange == nil
}

// extensions are an end's, with what is in those that have a word to say.
func (b *block) extensions(label string, h *records.Hello) {
	names := iana.Names(iana.Extension, h.Extensions)
	for i, id := range h.Extensions {
		switch say := names[i]; {
		case say == "server_name" && h.ServerName != "":
			names[i] = fmt.Sprintf("server_name %q", h.ServerName)
		case len(h.ALPN) > 0 && id == alpn:
			names[i] = fmt.Sprintf("application_layer_protocol_negotiation %q", h.ALPN)
		case say == "max_fragment_length" && h.MaxFragment > 0:
			names[i] = fmt.Sprintf("max_fragment_length %s", quantity.Bytes(h.MaxFragment))
		case say == "record_size_limit" && h.RecordSize > 0:
			names[i] = fmt.Sprintf("record_size_limit %s", quantity.Bytes(h.RecordSize))
		}
	}
	b.list(label, names)
}

const alpn = 16

func (b *block) client(c *records.Conversation) {
	h := c.Client
	if h == nil {
		b.head("the client's offer could not be read")
		return
	}
	b.head("the client offered")
	if c.InFragments {
		b.list("", []string{"in a ClientHello of several fragments"})
	}
	b.list("versions", iana.Names(iana.Version, h.Versions))
	b.list("suites", iana.Names(func(v uint16) string { return iana.Suite(v).Name() }, h.Suites))
	b.list("groups", iana.Names(iana.Group, h.Groups))
	b.list("key shares", iana.Names(iana.Group, h.KeyShares))
	b.list("signatures", iana.Names(iana.Scheme, h.Schemes))
	b.extensions("extensions", h)
	if n := len(c.Chain[records.FromClient]); c.Showed[records.FromClient] {
		b.list("certificates", []string{fmt.Sprint(n)})
	}
	if c.Verify != 0 {
		b.list("signed with", []string{iana.Scheme(c.Verify)})
	}
}

// certificateTypes are what a client is asked for (RFC 5246, 7.4.4; RFC 4492, 5.5).
var certificateTypes = map[byte]string{1: "rsa_sign", 2: "dss_sign", 3: "rsa_fixed_dh", 4: "dss_fixed_dh", 64: "ecdsa_sign", 65: "rsa_fixed_ecdh", 66: "ecdsa_fixed_ecdh"}

func (b *block) server(c *records.Conversation) {
	r := c.Request
	if r == nil && !c.Showed[records.FromServer] {
		return
	}
	b.head("the server showed")
	if c.Showed[records.FromServer] {
		b.list("certificates", []string{fmt.Sprint(len(c.Chain[records.FromServer]))})
	}
	if r == nil {
		return
	}
	b.head("the server asked for a certificate of the client")
	var types []string
	for _, t := range r.Types {
		name, ok := certificateTypes[t]
		if !ok {
			name = fmt.Sprint(t)
		}
		types = append(types, name)
	}
	b.list("keys", types)
	b.list("signatures", iana.Names(iana.Scheme, r.Schemes))
	b.list("signed by", []string{fmt.Sprintf("one of %d roots that it names", r.Authorities)}[:min(1, r.Authorities)])
}

func (b *block) alerts(c *records.Conversation) {
	for _, a := range c.Alerts {
		line := fmt.Sprintf("alert of the %s: %s", []string{"client", "server"}[a.From], a.Detail)
		if a.After != "" {
			line += ", after " + a.After
		}
		b.head(line)
	}
	if c.Malformed != "" {
		b.head("malformed: the lengths in " + c.Malformed + " contradict each other")
	}
}
