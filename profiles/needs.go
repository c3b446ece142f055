package profiles

import (
	"maps"
	"slices"
	"strings"
)

// protocolOption is the option by which a core has a protocol; one of datagrams
// comes with the version it is made from.
func protocolOption(d *Dialect, protocol Protocol) string {
	if p, ok := d.Needs.Datagrams[protocol]; ok {
		protocol = p
	}
	for _, p := range d.Needs.Protocols {
		if p.Protocol == protocol {
			return p.Option
		}
	}
	return ""
}

// ProtocolOption is the option by which a core has a scenario's protocol.
func (s *Scenario) ProtocolOption() string { return protocolOption(s.Dialect(), s.Protocol) }

// serverNeeds turn what a client needs into what a server does.
func (s *Scenario) serverNeeds() {
	n := &s.Dialect().Needs
	s.Needs[n.Client], s.Needs[n.Server] = false, true
	options := slices.Clone(n.Serves["resume="+s.Resume])
	if s.Datagram() && s.DTLS != nil && s.DTLS.Cookie {
		options = append(options, n.Serves["cookie"]...)
	}
	for _, o := range options {
		s.Needs[o] = true
	}
}

// needsOf is what a conversation needs by its protocol, suite and chain.
func needsOf(d *Dialect, protocol Protocol, suite, chain string) map[string]any {
	n := &d.Needs
	needs := map[string]any{d.Suites: d.Suite(suite), n.Client: true}
	add := func(options []string) {
		for _, o := range options {
			needs[o] = true
		}
	}
	add(n.Always)
	if stream, ok := n.Datagrams[protocol]; ok {
		add(n.DatagramOptions)
		protocol = stream
	}
	var links []string
	for _, p := range n.Protocols {
		if needs[p.Option] = p.Protocol == protocol; p.Protocol == protocol {
			add(p.More)
			links = p.Links
		}
	}
	add(links)
	if exchange, cipher, ok := strings.Cut(strings.TrimPrefix(suite, "TLS-"), "-WITH-"); ok {
		needs[n.ExchangeOn(exchange)] = true
		add(n.Exchanges[exchange])
		suite = cipher
	}
	for _, c := range n.Ciphers {
		if strings.Contains("-"+suite+"-", "-"+c.Part+"-") {
			add(c.Options)
			for _, o := range c.Without {
				needs[o] = false
			}
		}
	}
	add(chainOptions(d, chain))
	return needs
}

// Wanted are the options that a scenario needs by what it says of the
// conversation: by protocol, suite, chains and features. What its own needs say
// wins.
func (s *Scenario) Wanted() map[string]any {
	d := s.Dialect()
	all := needsOf(d, s.Protocol, s.Suite, s.Chain)
	for name, value := range all {
		if value == false {
			delete(all, name) // only so that nothing else is offered
		}
	}
	for _, name := range s.Features.options(d) {
		all[name] = true
	}
	if s.Serves() {
		server := Scenario{Protocol: s.Protocol, DTLS: s.DTLS, Features: s.Features, Needs: all, dialect: d}
		server.serverNeeds()
		delete(all, d.Needs.Client)
	}
	maps.Copy(all, s.Needs)
	return all
}

// chainOptions are what a chain in certs/ needs; "" is none.
func chainOptions(d *Dialect, chain string) (options []string) {
	for _, c := range d.Needs.Chains {
		if chain != "" && strings.HasPrefix(chain, c.Part) {
			options = append(options, c.Options...)
		}
	}
	return options
}
