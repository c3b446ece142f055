package reject

import (
	"context"
	"slices"
	"strings"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/scenario"
	"tlslab/core"
	"tlslab/emu/peer"
	"tlslab/emu/tamper"
	"tlslab/profiles"
)

// attempt is a must-reject try and how its run ended.
type attempt struct {
	check     results.Check
	ended     lab.Outcome
	kind      core.ErrorKind // of the library's own errors; "" for another end
	gotTwice  bool           // the client read more than an answer
	datagrams bool           // that somebody changed: an end may drop them
	caught    string         // how the server ended by Finished, where the client had not noticed; else ""
	applied   bool           // there was something to change

	unrepeatable bool // it may end otherwise when it is made again
}

// attempt makes a must-reject try: a variant of the server's certificates, a
// change on the way, or a server that says what it must not.
func attemptOn(ctx context.Context, p *lab.Prepared, name profiles.Check) (*attempt, error) {
	s := p.Job.Scenario
	var c lab.Conversation
	var variant profiles.Check
	var lie string
	switch seed := p.Plan.Profile.Run.Seed; {
	case tampers(name) && s.Datagram():
		c.Middle, _ = tamper.NewDatagrams(string(name), seed)
	case tampers(name):
		c.Middle, _ = tamper.New(string(name), seed)
	case slices.Contains(peer.Lies(), string(name)):
		lie = string(name)
	default:
		variant = name
	}
	params, err := scenario.ServerParams(s, p.Suite, variant)
	if err != nil {
		return nil, err
	}
	params.Lie = lie
	if tamper.Halves(string(name)) {
		params.BodyBytes = halfBody(params.BodyBytes)
	}
	c.Params = params.Encode()
	r, err := p.Converse(ctx, c)
	if err != nil {
		return nil, err
	}
	if r.Breach != nil && r.Breach.Meant(lie, c.Middle != nil) {
		r.Breach = nil
	}
	a := &attempt{ended: p.Judge(r), applied: c.Middle == nil || c.Middle.Applied()}
	a.unrepeatable = r.Unrepeatable()
	a.datagrams = c.Middle != nil && s.Datagram()
	a.gotTwice = a.ended.Name == lab.OutcomeShort && r.ToRead.GotB > r.ToRead.AllB
	if s.Protocol == profiles.TLS13 && slices.Contains(without13, lie) {
		a.applied = false
	}
	if slices.Contains(profiles.Checks(), name) {
		a.check = Refusal(p.Lab.Source.Library, name, results.Outcome(string(a.ended.Name)))
		return a, nil
	}
	names := p.Lab.Names()
	a.kind = names.Kind(string(a.ended.Name))
	_, how, _ := strings.Cut(r.PeerError, " ended with ")
	if how, _, _ = strings.Cut(how, " "); a.kind == core.AlertError && names.Kind(how) != core.AlertError {
		a.caught = how
	}
	a.check = wireRefusal(name, a)
	return a, nil
}

// halfBody is the body of an answer that is just above half as long as one with
// bodyBytes: twice it is longer than that. Where the head alone is longer than
// half of it, once may be enough, and a client that waits for so much connects.
func halfBody(bodyBytes uint32) uint32 {
	for n := uint32(0); ; n++ {
		if 2*peer.AnswerBytes(n) > peer.AnswerBytes(bodyBytes) {
			return n
		}
	}
}

// without13 are the lies that TLS 1.3 has no place for: it knows neither
// compression nor renegotiation (RFC 8446, 1.2).
var without13 = []string{"server-compression", "server-legacy-renegotiation"}

// wireRefusal is Refusal for a try without certificates: any error of the
// client's own refuses. What only the server noticed is refused too, by the
// hash over all messages, and the outcome says so.
func wireRefusal(name profiles.Check, a *attempt) results.Check {
	c := results.Check{Name: string(name), Outcome: string(a.ended.Name), Refused: true}
	switch {
	case !a.applied:
		c.Outcome = results.OutcomeNothing
	case a.ended.Name == results.OutcomeConnected && a.datagrams:
		c.Outcome = results.OutcomeNoEffect
	case a.ended.Name == results.OutcomeConnected, a.gotTwice:
		c.Outcome, c.Refused = results.OutcomeAccepted, false
	case a.caught != "":
		c.Outcome = results.OutcomeCaught + a.caught
	case a.kind == "":
		c.Outcome, c.Refused = results.OutcomeOther+string(a.ended.Name), false
	}
	return c
}
