package lab

import (
	"errors"
	"fmt"
	"strings"

	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/internal/iana"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// Outcomes that are not the name of one of the library's errors.
const (
	OutcomeNoBuild results.Outcome = "does-not-build"
	// The core does not have the protocol or the suite: nothing is built.
	OutcomeNotInCore results.Outcome = "not-in-core"
	OutcomeTrap      results.Outcome = "guest-failed"
	OutcomeBudget    results.Outcome = "tick-budget-used-up"
	OutcomeTimeout   results.Outcome = "timeout"
	OutcomeHeap      results.Outcome = "out-of-heap"
	OutcomeSuite     results.Outcome = "wrong-suite"
	OutcomeShort     results.Outcome = "short-answer"
	OutcomeRejected  results.Outcome = "image-rejected"
	OutcomeFlash     results.Outcome = "over-flash"
	OutcomeRAM       results.Outcome = "over-ram"
	OutcomeCutOff    results.Outcome = "cut-off"         // a conversation with a real peer that the lab ended
	OutcomeHeapShort results.Outcome = OutcomeHeap + ":" // before the error it led to
)

// Outcome is how a run ended, in the words of results.Case.
type Outcome struct {
	Name   results.Outcome
	Phase  metric.Phase
	Detail string
}

// Judge reads a run. suite is the one the scenario asks for; 0: any will do.
func (l *Lab) Judge(r *Run, suite iana.Suite) Outcome { return judge(r, l.Names(), suite) }

func judge(r *Run, names core.ErrorNames, suite iana.Suite) Outcome {
	o := ended(r, names, suite)
	if r.Datagrams != nil && KindOf(o.Name, names) == core.TimeoutError {
		o.Detail = r.Datagrams.explain()
	}
	if c := r.Record.Clock; c != nil && o.Name != results.OutcomeConnected {
		o.Detail = strings.TrimPrefix(o.Detail+"; "+c.String(), "; ")
	}
	if o.Name != results.OutcomeConnected && r.PeerError != "" {
		o.Detail = strings.TrimPrefix(o.Detail+"; "+r.PeerError, "; ")
	}
	if r.Breach != nil {
		o = r.Breach.after(o)
	}
	return o
}

func ended(r *Run, names core.ErrorNames, suite iana.Suite) Outcome {
	rec := r.Record
	var guest *emu.GuestError
	var budget *emu.BudgetError
	last := rec.Current()
	switch {
	case errors.As(r.Err, &budget):
		return Outcome{OutcomeBudget, last, budget.Error()}
	case errors.As(r.Err, &guest):
		return Outcome{OutcomeTrap, last, guest.Reason}
	case errors.Is(r.Err, emu.ErrTimeout):
		return Outcome{OutcomeTimeout, last, "client and server both wait, nothing is under way"}
	case rec.Failed:
		return failed(rec, names)
	case !rec.Connected:
		return Outcome{OutcomeTrap, last, "done without a connection and without an error"}
	case suite != 0 && rec.Suite != uint32(suite):
		return Outcome{OutcomeSuite, "", fmt.Sprintf("connected with suite 0x%04x, the scenario asks for 0x%04x", rec.Suite, suite)}
	}
	if short := r.ToRead.Short(); short != "" {
		return Outcome{OutcomeShort, "app-read", short}
	}
	if short := r.Answered.Short(); short != "" {
		return Outcome{OutcomeShort, "app-write", short}
	}
	return Outcome{Name: results.OutcomeConnected}
}

// KindOf returns the kind of the error that an outcome names, whatever the library calls
// it. It is "" for an outcome that is no error, or whose cause is outside the library.
// Code decides by the kind, never by an error's name.
func KindOf(o results.Outcome, names core.ErrorNames) core.ErrorKind {
	switch {
	case o == OutcomeTimeout:
		return core.TimeoutError
	case o == OutcomeHeap, strings.HasPrefix(string(o), string(OutcomeHeapShort)):
		return core.MemoryError
	}
	name, _, _ := strings.Cut(string(o), ":") // flags follow
	return names.Kind(name)
}

// NoBuildDetail is the library's own message, with the option it is about.
func NoBuildDetail(e *core.BuildError) string {
	detail := strings.Join(strings.Fields(e.Error()), " ")
	if e.Option != "" {
		return "option " + e.Option + ": " + detail
	}
	return detail
}

// NoFlags is what a guest tells before there is a verdict on the certificates, and
// where they could not be looked at to the end.
const NoFlags = 0xffffffff

func failed(rec *emu.Record, names core.ErrorNames) Outcome {
	o := Outcome{Name: results.Outcome(OneWord(names.Error(rec.ErrorCode))), Phase: rec.ErrorPhase}
	switch {
	case rec.FirstFailedAllocB > 0:
		// Wherever it ends: a library may go on and fail later, in other words.
		o.Detail = fmt.Sprintf("an allocation of %s found no room with %s live", quantity.Bytes(rec.FirstFailedAllocB), quantity.Bytes(rec.HeapLiveB))
		if rec.AllocPhase != rec.ErrorPhase {
			o.Detail += " in " + string(rec.AllocPhase)
		}
		o.Name = OutcomeHeapShort + o.Name
	case rec.Verify != 0 && rec.Verify != NoFlags:
		// Whatever the error: a library may have none for a wrong usage, and the
		// flags say why all the same.
		o.Name += results.Outcome(":" + OneWord(names.Flags(rec.Verify)))
	}
	return o
}

// OneWord makes names joined for people fit an outcome, which both results
// formats carry as one word.
func OneWord(s string) string { return strings.ReplaceAll(s, " ", "") }
