package advice

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/internal/iana"
	"tlslab/profiles"
)

const suitesOption = "SSL_CIPHERSUITES"

// secrets are changes by which a pre-shared key and its identity fit.
func (c *Core) secrets(e *Evidence) (out []Candidate) {
	if e.NoBuild || e.PSKB == 0 {
		return nil
	}
	if has, ok := c.limit(e, "PSK_MAX_LEN"); ok && e.PSKB > has {
		out = append(out, Candidate{Sure: true, Change: Change{Options: c.larger(e, "PSK_MAX_LEN", e.PSKB)},
			Why: fmt.Sprintf("the pre-shared key has %d bytes, and PSK_MAX_LEN allows %d", e.PSKB, has)})
	}
	return out
}

// offers are changes of what the device offers: versions, suites, groups. Once a
// suite is agreed none of it is a matter of suites.
func (c *Core) offers(e *Evidence) (out []Candidate) {
	if e.NoBuild || e.Seen == nil {
		return nil
	}
	if option := e.Protocol; option != "" && !e.agreed() && c.knows(option) && !c.has(e, option) {
		out = append(out, Candidate{Change: Change{Options: []profiles.Change{{Option: option, On: true}}},
			Why: fmt.Sprintf("%s wants %s, which this build does not speak", e.peerName(), protocolName(option))})
	}
	if !e.agreed() {
		for _, name := range slices.Compact([]string{e.PeerSuite, e.Suite}) {
			if changes := c.suite(e, name); len(changes) > 0 {
				out = append(out, Candidate{Change: Change{Options: changes}, Why: fmt.Sprintf("%s has %s, and the device does not offer it", e.peerName(), name)})
			}
		}
		if list, defined := e.Settings[c.options.Full(suitesOption)]; defined && e.started() && !e.Serves && strings.Contains(list, c.options.Full("TLS")) {
			out = append(out, Candidate{Change: Change{Options: []profiles.Change{{Option: suitesOption}}}, Why: fmt.Sprintf("%s takes none of the suites of SSL_CIPHERSUITES", e.peerName()),
				Less: func(after *Evidence) []Change { return c.onlySuite(e, after) }})
		}
	}
	for _, group := range []uint16{e.Group, c.wanted(e)} {
		r, ok := c.parts.Curve(group)
		if changes := c.enabled(e, r, ok); len(changes) > 0 {
			out = append(out, Candidate{Sure: strings.Contains(e.Suite, "-ECDH"), Change: Change{Options: changes}, Why: fmt.Sprintf("%s wants the group %s, which this build does not have", e.peerName(), iana.Group(group))})
		}
	}
	return out
}

// wanted is the group that the server chose.
func (c *Core) wanted(e *Evidence) uint16 {
	if e.Serves {
		return 0
	}
	return e.Seen.Group()
}

// suite is what has to change so that a suite is offered; nil where it is.
func (c *Core) suite(e *Evidence, name string) (out []profiles.Change) {
	number, ok := c.suites[name]
	if !ok || !e.Serves && e.Seen != nil && e.Seen.Client != nil && slices.Contains(e.Seen.Client.Suites, uint16(number)) {
		return nil
	}
	macro := c.options.Full(strings.ReplaceAll(name, "-", "_"))
	if list, defined := e.Settings[c.options.Full(suitesOption)]; defined && !slices.Contains(strings.Split(strings.ReplaceAll(list, " ", ""), ","), macro) {
		out = append(out, profiles.Change{Option: suitesOption, On: true, Value: strings.TrimPrefix(list+","+macro, ",")})
	}
	r, there := c.parts.Suite(name)
	return append(out, c.enabled(e, r, there)...)
}

// onlySuite adds the suite that was agreed on to the list.
func (c *Core) onlySuite(before, after *Evidence) []Change {
	if after.Seen == nil || after.Seen.Suite() == 0 {
		return nil
	}
	changes := c.suite(before, c.SuiteName(after.Seen.Suite()))
	if len(changes) == 0 {
		return nil
	}
	return []Change{{Options: changes}}
}

// rsaPSS are the signature schemes that TLS 1.3 brought (RFC 8446, 4.2.3).
func rsaPSS(scheme uint16) bool { return scheme>>8 == 8 && scheme&0xff >= 4 && scheme&0xff <= 11 }

// mixed are changes where a build of two versions offers for the one what it
// takes in the other alone.
func (c *Core) mixed(e *Evidence) []Candidate {
	if e.NoBuild || e.Seen == nil || !e.agreed() || !c.has(e, "SSL_PROTO_TLS1_3") || e.Seen.Version() == 0x0304 {
		return nil
	}
	scheme := e.Seen.Verify
	if e.Seen.KeyExchange != nil && !e.Serves {
		scheme = e.Seen.KeyExchange.Scheme
	}
	if !rsaPSS(scheme) {
		return nil
	}
	return []Candidate{{Change: Change{Options: []profiles.Change{{Option: "SSL_PROTO_TLS1_3"}}},
		Why: fmt.Sprintf("%s signs with %s in TLS 1.2: this build offers it for TLS 1.3, and does not take it in TLS 1.2", e.peerName(), iana.Scheme(scheme))}}
}

// protocolName is a version by the option that has it.
func protocolName(option string) string {
	name := strings.TrimPrefix(option, "SSL_PROTO_")
	if words, ok := map[string]string{"SSL3": "SSL 3.0", "TLS1": "TLS 1.0", "TLS1_1": "TLS 1.1", "TLS1_2": "TLS 1.2", "TLS1_3": "TLS 1.3"}[name]; ok {
		return words
	}
	return name
}
