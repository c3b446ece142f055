package live

import (
	"context"
	"slices"
	"time"

	"tlslab/bench/advice"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/certs"
	"tlslab/core"
	"tlslab/emu/records"
)

// advise says what would help a conversation with a real peer that did not
// connect. A server that may be asked again is dialled with what the conversation
// speaks for, at most advice.MostDials times; a client can't be asked to come again.
func (g *Live) advise(ctx context.Context, t dialogue, s *spoken) ([]string, error) {
	f := &measure.Failure{Lab: g.lab, Plan: g.plan, Job: g.job, HeapB: g.plan.Profile.Memory.HeapBytes, Run: s.run, Ended: s.ended, Heard: s.heard}
	e, err := g.evidence(f, s)
	if err != nil {
		return nil, err
	}
	known, err := g.lab.CoreKnown()
	if err != nil {
		return nil, err
	}
	lines := known.Words(e)
	if t.again && g.machine == g.lab.Machine && g.job.Scenario.Resume == "" && e.Answered() {
		search := &advice.Search{Core: known, Most: advice.MostDials, Try: func(ctx context.Context, change advice.Change) (*advice.Evidence, error) {
			return g.redial(ctx, f, t, change)
		}}
		found, err := search.Find(ctx, e)
		if err != nil {
			return nil, err
		}
		if found != nil {
			if lines, err = f.Say(ctx, e, found, lines); err != nil {
				return nil, err
			}
		}
	}
	return f.More(lines, false)
}

// evidence is what a real conversation showed: of the peer nothing else is known.
func (g *Live) evidence(f *measure.Failure, s *spoken) (*advice.Evidence, error) {
	e, err := f.Evidence(g.job, s.run, s.ended, s.heard)
	if err != nil {
		return nil, err
	}
	e.PeerSuite, e.Suite, e.Group, e.Protocol, e.Base = "", "", 0, "", nil
	e.Now = time.Now()
	peerEnd := records.FromServer
	if e.Serves {
		peerEnd = records.FromClient
	} else {
		e.Roots, e.Host = advice.DERs(g.spec.Material.Root), g.spec.Material.Hostname
	}
	if !slices.ContainsFunc(s.heard.Chain[peerEnd], func(der []byte) bool { return len(der) > 0 }) {
		e.Shown = nil
	}
	return e, nil
}

// redial has the conversation again with a change; nil where there is none.
func (g *Live) redial(ctx context.Context, f *measure.Failure, t dialogue, change advice.Change) (*advice.Evidence, error) {
	j, err := f.Changed(change)
	if err != nil {
		return nil, nil // the user's header does not let it
	}
	next, err := open(ctx, g.lab, g.plan, j, false, func(m *core.Material) {
		if g.compile != nil {
			g.compile(m)
		}
		for _, der := range change.Roots {
			if m.RootIsDER {
				m.Root = der // as DER the device has one
			} else {
				m.Root = slices.Concat(m.Root, certs.EncodePEM(der))
			}
		}
		if change.Host != "" {
			m.Hostname = change.Host
		}
	})
	if err != nil {
		return nil, err
	}
	defer next.Close(ctx)
	if next.refused != nil {
		return nil, nil
	}
	t.captured, t.heard, next.heapB = nil, records.NewConversation(j.Scenario.Datagram()), change.HeapB
	if !change.Clock.IsZero() {
		t.rtc = change.Clock
	}
	s, err := next.speak(ctx, t)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil || s.run == nil {
		return nil, nil // it does not answer any more
	}
	e, err := next.evidence(&measure.Failure{Lab: g.lab, Plan: g.plan, Job: j, HeapB: f.HeapB}, s)
	if err == nil {
		e.Connected = s.ended.Name == results.OutcomeConnected
	}
	return e, err
}
