package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/explain"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu/records"
	"tlslab/emu/tamper"
)

// failure is a run that did not connect, with all that can be asked to say what
// would help.
type failure struct {
	lab     *Lab
	plan    *Plan
	job     *Job
	session *session // nil: with a real server, which can't be asked again
	heapB   uint32
	run     *Run
	ended   outcome
	seen    *tamper.Middle        // what was on the wire; nil: datagrams
	heard   *records.Conversation // what was in the clear; nil: with the reference peer
	roots   []byte                // PEM or DER that the client trusts
	host    string                // whose certificate it wants
	named   bool                  // the case's detail names the cause already
}

// advise says what would help a case that did not connect: computed from runs
// of it where that can be, else the usual cause. Over datagrams, and for a
// device that serves, only the latter.
func (l *Lab) advise(ctx context.Context, plan *Plan, j *Job, s *session, heapB uint32, o outcome) ([]string, error) {
	f := &failure{lab: l, plan: plan, job: j, session: s, heapB: heapB, ended: o, host: j.Scenario.Hostname}
	again := *s
	if !j.Scenario.Datagram() && !j.Scenario.Serves() {
		f.seen, _ = tamper.New("", s.seed)
		again.middle = f.seen
	}
	var err error
	if f.run, err = again.run(ctx, "", heapB); err != nil {
		return nil, err
	}
	if m, err := Material(plan.Profile, j.Scenario); err == nil {
		f.roots = m.Root
	}
	f.named = o.phase == phaseParseCA && rootFault(plan.Profile, j) != ""
	return f.advice(ctx)
}

// advice is one line an advice.
func (f *failure) advice(ctx context.Context) (lines []string, err error) {
	code := f.run.Record.ErrorCode
	name, _, _ := strings.Cut(strings.TrimPrefix(f.ended.name, outcomeHeapShort), ":")
	switch {
	case strings.HasPrefix(f.ended.name, outcomeHeapShort):
		lines, err = f.heap(ctx)
	case f.run.Record.Verify != 0 && f.run.Record.Verify != noFlags:
		lines = f.certificate()
	case name == "MBEDTLS_ERR_SSL_INVALID_RECORD", name == "MBEDTLS_ERR_SSL_BAD_INPUT_DATA":
		lines, err = f.record(ctx)
	case name == fatalAlert:
		lines = f.alert()
	case strings.Contains(f.lab.names.Error(code), "ENTROPY"):
		lines, err = f.entropy(ctx)
	}
	if err != nil {
		return nil, err
	}
	d, err := f.lab.dictionary()
	if err != nil {
		return nil, err
	}
	found, err := d.Find(f.ended.name)
	if err != nil {
		return lines, nil // a word that nothing is known of
	}
	word := found[len(found)-1] // a flag says more than the error it came with
	if strings.HasPrefix(f.ended.name, outcomeHeapShort) {
		word = found[0] // the error is only what came of it
	}
	if len(lines) == 0 && !f.named && len(word.Advice.Causes) > 0 {
		lines = append(lines, "usually: "+word.Advice.Causes[0])
	}
	return append(lines, "more: tlslab explain "+strings.TrimPrefix(word.Word.Name, libraryError)), nil
}

// heapMost is the largest arena that is tried: far more than any handshake has.
const heapMost = 1 << 20

// heap says how much more would do: the smallest arena with which the scenario
// connects, found by search.
func (f *failure) heap(ctx context.Context) ([]string, error) {
	if f.session == nil {
		return nil, nil
	}
	s := *f.session
	s.limits.HeapBytes = heapMost
	r, err := s.run(ctx, "", heapMost)
	if err != nil {
		return nil, err
	}
	if o := judge(r, f.lab.names, s.suite); o.name != results.OutcomeConnected {
		line := fmt.Sprintf("more heap alone does not help: with %d B it ends with %s", heapMost, o.name)
		if o.phase == phaseParseCA {
			if why := rootFault(f.plan.Profile, f.job); why != "" {
				line += ": " + why
			}
		}
		return []string{line}, nil
	}
	least, err := s.heapMin(ctx, r.Record)
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("it connects with a heap of %d B: %d B more than the %d B there are", least, least-f.heapB, f.heapB)}, nil
}

// entropy says how many random bytes the device's source has to give.
func (f *failure) entropy(ctx context.Context) ([]string, error) {
	left := f.job.Scenario.Faulty().EntropyB
	if f.session == nil || left == nil {
		return nil, nil
	}
	s := *f.session
	good, fault := *s.scenario, s.scenario.Faulty()
	fault.EntropyB = nil
	good.Fault = &fault
	s.scenario = &good
	r, err := s.run(ctx, "", f.heapB)
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("the source of entropy failed after %d B; with a source that works this device asks for %d B until it closes (mbedtls_hardware_poll)", *left, r.EntropyB)}, nil
}

// alert says what the server gave as its reason, and what was offered.
func (f *failure) alert() (lines []string) {
	if f.seen != nil && f.seen.Seen.Alert >= 0 {
		n := f.seen.Seen.Alert
		name := "not known"
		for _, w := range f.lab.names.Words() {
			if w.Kind == core.AlertCode && w.Value == uint32(n) {
				name = strings.ToLower(strings.TrimPrefix(w.Name, "MBEDTLS_SSL_ALERT_MSG_"))
			}
		}
		lines = append(lines, fmt.Sprintf("the server's alert is %d, %s", n, name))
	}
	if other := f.job.Scenario.Faulty().ServerSuite; other != "" {
		lines = append(lines, fmt.Sprintf("the server has %s alone, and the client does not offer it: name it in SSL_CIPHERSUITES and turn on what it needs", other))
	} else if f.seen != nil && len(f.seen.Offered()) > 0 && f.seen.Seen.Alert == alertHandshakeFailure {
		var offered []string
		for _, s := range f.seen.Offered() {
			offered = append(offered, fmt.Sprintf("0x%04x", s))
		}
		lines = append(lines, "the client offered the suites "+strings.Join(offered, ", "))
	}
	return lines
}

const alertHandshakeFailure = 40 // RFC 5246, 7.2

// dictionary explains the words of the core measured.
func (l *Lab) dictionary() (*explain.Dictionary, error) {
	l.words.Do(func() { l.wordsOf, l.wordsErr = explain.Load(l.Source) })
	return l.wordsOf, l.wordsErr
}

// seenRecords are the records a server sent, the one that the client did not
// finish reading among them.
func (f *failure) seenRecords() []tamper.Record {
	if f.seen == nil {
		return nil
	}
	all := slices.Clone(f.seen.Seen.Records)
	if r, ok := f.seen.Pending(); ok {
		all = append(all, r)
	}
	return all
}
