package measure

import (
	"context"
	"fmt"
	"strings"

	"tlslab/bench/advice"
	"tlslab/bench/explain"
	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu/records"
	"tlslab/internal/quantity"
)

// Failure is a run that did not connect, with all that can be asked to say what
// would help.
type Failure struct {
	Lab      *Bench
	Plan     *lab.Plan
	Job      *lab.Job
	prepared *lab.Prepared // nil: with a real server, which can't be asked again
	HeapB    uint32
	Run      *lab.Run
	Ended    lab.Outcome
	Heard    *records.Conversation // what both ends sent in the clear; nil: not recorded
	build    *core.BuildError      // why it does not build; nil: it does

	unpriced bool // what a change costs is not asked
}

// advice says what would help a case that did not build or connect. It derives changes
// from what the run shows, tries each, and names one that connects. It is nil for a case
// that connects. keep is false if another run may show something else.
func (p *prepared) advice(ctx context.Context) (lines []string, keep bool, err error) {
	err = p.Build(ctx)
	if build, ok := lab.DoesNotBuild(err); ok {
		f := p.failure(lab.Outcome{Name: lab.OutcomeNoBuild, Phase: "build"})
		f.build = build
		lines, err = f.tried(ctx)
		return lines, true, err
	}
	if err != nil {
		return nil, false, err
	}
	heard := records.NewConversation(p.Job.Scenario.Datagram())
	r, err := p.Converse(ctx, lab.Conversation{Heard: heard})
	if err != nil {
		return nil, false, err
	}
	f := p.failure(p.Judge(r))
	f.Run, f.Heard = r, heard
	lines, err = f.tried(ctx)
	return lines, !r.Unrepeatable(), err
}

// failure is a job that did not connect.
func (p *prepared) failure(o lab.Outcome) *Failure {
	return &Failure{Lab: p.bench, Plan: p.Plan, Job: p.Job, prepared: p.Prepared, HeapB: p.HeapBytes(), Ended: o}
}

// tried is one line an advice, with what was tried.
func (f *Failure) tried(ctx context.Context) ([]string, error) {
	e, err := f.Evidence(f.Job, f.Run, f.Ended, f.Heard)
	if err != nil {
		return nil, err
	}
	known, err := f.Lab.CoreKnown()
	if err != nil {
		return nil, err
	}
	lines, err := f.entropy(ctx)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		search := &advice.Search{Core: known, Try: f.try, Most: mostTries(f.Ended), Whole: string(f.Ended.Name) != f.Job.Scenario.Expect}
		found, err := search.Find(ctx, e)
		if err != nil {
			return nil, err
		}
		if lines = known.Words(e); found != nil {
			if lines, err = f.Say(ctx, e, found, lines); err != nil {
				return nil, err
			}
		} else if len(lines) == 0 && search.Tries() > 0 {
			lines = []string{fmt.Sprintf("none of the %d changes that were tried makes it connect", search.Tries())}
		}
	}
	return f.More(lines, e.NoBuild)
}

// mostTries is how many changes are tried. A run that used its budget up has run
// for minutes, and so would each try.
func mostTries(ended lab.Outcome) int {
	if ended.Name == lab.OutcomeBudget {
		return 0
	}
	return advice.MostTries
}

// More adds the usual cause, where nothing else is said, and where there is more
// to read.
func (f *Failure) More(lines []string, noBuild bool) ([]string, error) {
	d, err := f.Lab.dictionary()
	if err != nil {
		return nil, err
	}
	found, err := d.Find(string(f.Ended.Name))
	if err != nil || noBuild {
		return lines, nil // a word that nothing is known of, or that says it all
	}
	word := found[len(found)-1] // a flag says more than the error it came with
	if strings.HasPrefix(string(f.Ended.Name), string(lab.OutcomeHeapShort)) {
		word = found[0] // the error is only what came of it
	}
	if len(lines) == 0 && len(word.Advice.Causes) > 0 {
		lines = append(lines, "usually: "+word.Advice.Causes[0])
	}
	return append(lines, "more: tlslab explain "+d.Short(word.Word)), nil
}

// entropy says how many random bytes the device's source has to give.
func (f *Failure) entropy(ctx context.Context) ([]string, error) {
	left := f.Job.Scenario.Faulty().EntropyB
	if f.prepared == nil || left == nil {
		return nil, nil
	}
	good, fault := *f.Job.Scenario, f.Job.Scenario.Faulty()
	fault.EntropyB = nil
	good.Fault = &fault
	r, err := f.prepared.Converse(ctx, lab.Conversation{Scenario: &good, HeapBytes: f.HeapB})
	if err != nil {
		return nil, err
	}
	if o := f.prepared.Judge(r); o.Name != results.OutcomeConnected {
		return nil, nil
	}
	source := ""
	if function := f.Lab.Source.Library.EntropySource(); function != "" {
		source = " (" + function + ")"
	}
	return []string{fmt.Sprintf("the source of entropy%s failed after %s", source, quantity.Bytes(*left)),
		fmt.Sprintf("tried: connects with a source that works: the device asks for %s until it closes", quantity.Bytes(r.EntropyB))}, nil
}

// dictionary explains the words of the core measured.
func (l *Bench) dictionary() (*explain.Dictionary, error) {
	l.words.Do(func() { l.wordsOf, l.wordsErr = explain.Load(l.Source) })
	return l.wordsOf, l.wordsErr
}
