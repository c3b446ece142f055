package reject

import (
	"context"
	"fmt"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/certs"
	"tlslab/emu/tamper"
	"tlslab/profiles"
)

// Tries are the must-reject tries that a scenario can be put to, in the order
// in which a report has them: of those with certificates, what its chain comes in.
func Tries(s *profiles.Scenario) []profiles.Check {
	var all []profiles.Check
	if s.Serves() {
		return nil // the tries are what a client must refuse
	}
	if s.Chain != "" {
		variants := certs.VariantsOf(s.Chain)
		all = slices.DeleteFunc(profiles.Checks(), func(name profiles.Check) bool { return !slices.Contains(variants, string(name)) })
	}
	if s.Datagram() {
		return append(all, profiles.DatagramChecks()...)
	}
	return append(all, profiles.WireChecks()...)
}

// Reject puts a job's configuration to must-reject tries. One that does not
// build, or does not connect to a good server, is a *BadJobError: nothing can
// be said of what it refuses.
func Reject(ctx context.Context, l *lab.Lab, plan *lab.Plan, j *lab.Job, tries []profiles.Check) ([]Verdict, error) {
	p, err := l.PrepareOn(ctx, plan, j, l.Machine)
	if err != nil {
		return nil, err
	}
	defer p.Close(ctx)
	a, err := verdicts.Execute(ctx, p, tries)
	if err != nil {
		return nil, p.Named(err)
	}
	if a.Bad != "" {
		return nil, &BadJobError{j, a.Bad}
	}
	return a.Verdicts, nil
}

// answer has the results of some tries.
type answer struct {
	Bad      string // why it is not known what the job refuses; else ""
	Verdicts []Verdict
}

var verdicts = lab.Declare("reject", try)

// try makes tries of a job that connects to a good server.
func try(ctx context.Context, p *lab.Prepared, tries []profiles.Check) (out answer, keep bool, err error) {
	err = p.Build(ctx)
	if build, ok := lab.DoesNotBuild(err); ok {
		return answer{Bad: string(lab.OutcomeNoBuild) + ": " + lab.NoBuildDetail(build)}, true, nil
	}
	if err != nil {
		return answer{}, false, err
	}
	r, err := p.Converse(ctx, lab.Conversation{Bare: true})
	if err != nil {
		return answer{}, false, err
	}
	if o := p.Judge(r); o.Name != results.OutcomeConnected {
		return answer{Bad: string(o.Name)}, !r.Unrepeatable(), nil
	}
	keep = true
	for _, name := range tries {
		a, err := attemptOn(ctx, p, name)
		if err != nil {
			return answer{}, false, fmt.Errorf("%s: %w", name, err)
		}
		v := Verdict{Try: name, Verdict: verdict(a), Outcome: string(a.ended.Name), Phase: a.ended.Phase,
			Must: slices.Contains(p.Job.Scenario.Checks, name) || tampers(name) && !Optional(name)}
		if a.caught != "" {
			v.Peer = a.caught
		}
		out.Verdicts, keep = append(out.Verdicts, v), keep && !a.unrepeatable
	}
	return out, keep, nil
}

// tampers says that a try is somebody's on the way.
func tampers(try profiles.Check) bool {
	return slices.Contains(tamper.Names(), string(try)) || slices.Contains(tamper.DatagramNames(), string(try))
}

// BadJobError is a configuration that has nothing to say on what it refuses.
type BadJobError struct {
	Job *lab.Job
	Why string
}

func (e *BadJobError) Error() string {
	return fmt.Sprintf("%s, %s: does not connect to a good server: %s", e.Job.Variant.Name, e.Job.Scenario.Name, e.Why)
}

// verdict is an attempt in one of reject's words.
func verdict(a *attempt) string {
	switch {
	case a.check.Outcome == results.OutcomeNothing:
		return NotApplicable
	case a.check.Outcome == results.OutcomeNoEffect:
		return NoEffect
	case a.check.Outcome == results.OutcomeAccepted:
		return Accepted
	case a.caught != "":
		return Caught
	case !a.check.Refused:
		return Otherwise
	}
	return Refused
}
