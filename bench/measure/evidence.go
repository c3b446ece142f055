package measure

import (
	"errors"
	"slices"
	"strings"
	"time"

	"tlslab/bench/advice"
	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/scenario"
	"tlslab/certs"
	"tlslab/emu/peer"
	"tlslab/emu/records"
	"tlslab/profiles"
)

// Evidence is what a run showed, and what this lab knows of both ends beside it.
// run is nil where the job does not build; seen may be.
func (f *Failure) Evidence(j *lab.Job, run *lab.Run, ended lab.Outcome, seen *records.Conversation) (*advice.Evidence, error) {
	s := j.Scenario
	settings, err := profiles.Effective(j.Variant, s)
	if err != nil {
		return nil, err
	}
	e := &advice.Evidence{Connected: ended.Name == results.OutcomeConnected, Outcome: string(ended.Name), Phase: ended.Phase, Serves: s.Serves(), Seen: seen,
		Settings: settings, Needs: s.Wanted(), PEM: s.CAFormat != "der", Now: time.Unix(s.RTCSeconds(), 0).UTC(),
		Suite: s.Suite, PeerSuite: s.Faulty().ServerSuite, Group: uint16(peer.NamedGroups[s.Group]), Protocol: s.ProtocolOption(), HeapB: f.HeapB}
	if s.Chain != "" && !s.Serves() {
		e.Host = s.Hostname
	}
	if s.PSK != nil {
		e.PSKB, e.IdentityB = len(s.PSK.Key()), len(s.PSK.Identity)
	}
	if j.Variant.Option != "" {
		if base, err := f.Plan.Profile.Config(j.Variant.Base); err == nil {
			e.Base, _ = profiles.Effective(base, s)
		}
	}
	if f.build != nil && run == nil {
		e.NoBuild, e.BuildSays = true, f.build.What
	}
	if err := f.certificates(e, s); err != nil {
		return nil, err
	}
	if run != nil {
		f.ran(e, run)
	}
	return e, nil
}

// certificates are those of both ends: as seen on the wire, else as known.
func (f *Failure) certificates(e *advice.Evidence, s *profiles.Scenario) error {
	var own, server [][]byte
	if s.ClientChain != "" {
		chain, err := certs.Client(s.ClientChain)
		if err != nil {
			return err
		}
		own = chain.ChainDER
		if s.Serves() {
			e.Roots = [][]byte{chain.RootDER}
		}
	}
	if s.Chain != "" {
		chain, err := certs.Load(s.Chain, string(s.Faulty().Certificate))
		if err != nil {
			return err
		}
		server = chain.ChainDER
	}
	e.Own, e.Shown = own, server
	if s.Serves() {
		e.Own, e.Shown = server, own
	} else if m, err := scenario.Material(f.Plan.Profile, s); err == nil {
		e.Roots = advice.DERs(m.Root)
	}
	peerEnd := records.FromServer
	if s.Serves() {
		peerEnd = records.FromClient
	}
	if e.Seen != nil && len(e.Seen.Chain[peerEnd]) > 0 {
		e.Shown = e.Seen.Chain[peerEnd]
	}
	return nil
}

// ran adds what a run reported.
func (f *Failure) ran(e *advice.Evidence, run *lab.Run) {
	rec := run.Record
	if rec.Failed {
		e.Errors = strings.Split(f.Lab.Names().Error(rec.ErrorCode), " + ")
	}
	if rec.Failed && rec.Verify != 0 && rec.Verify != lab.NoFlags {
		e.Flags = strings.Split(f.Lab.Names().Flags(rec.Verify), " + ")
	}
	e.ArenaB = (rec.ArenaB + lab.ArenaStep - 1) / lab.ArenaStep * lab.ArenaStep
	e.DeviceNow = time.Unix(run.RTCSeconds, 0).UTC()
	for _, p := range rec.HeapCurve {
		e.HeapPeaks = append(e.HeapPeaks, advice.HeapPeak{Phase: p.Phase, Bytes: int64(p.PeakB)})
	}
}

// CoreKnown is what is known of the core measured beyond a run.
func (l *Bench) CoreKnown() (*advice.Core, error) {
	l.known.Do(func() { l.knownOf, l.knownErr = advice.LoadCore(l.Source) })
	return l.knownOf, l.knownErr
}

// notTheirs says that a try could not be had at all: it does not build, or the
// peer could not play along. Such a change is no advice.
func notTheirs(err error, kinds ...any) bool {
	return slices.ContainsFunc(kinds, func(k any) bool { return errors.As(err, k) })
}
