package lab

import (
	"errors"
	"testing"

	"tlslab/emu"
)

// stopped is a guest with counts and nothing else.
type stopped struct{ emu.Guest }

func (stopped) Counters() emu.Counters             { return emu.Counters{Ops: 7} }
func (stopped) Functions() map[string]emu.Function { return nil }

// A client's failure is a result; the reference server's never is, although
// it is a guest's failure too.
func TestFinishKeepsTheServersFailuresOut(t *testing.T) {
	t.Parallel()
	trap := &emu.GuestError{Reason: "trap: unreachable"}
	for _, err := range []error{trap, &emu.BudgetError{Limit: 1}, emu.ErrTimeout, nil} {
		r, got := Finish(stopped{}, emu.NewRecord(), err)
		if got != nil || r.Err != err || r.Counters.Ops != 7 {
			t.Errorf("%v: run %+v, error %v", err, r, got)
		}
	}
	for _, err := range []error{&emu.HostError{Err: trap}, &emu.HostError{Err: &emu.BudgetError{Limit: 1}}, errors.New("other")} {
		if r, got := Finish(stopped{}, emu.NewRecord(), err); got == nil || r != nil {
			t.Errorf("%v became the result %+v", err, r)
		}
	}
}

// An answer that stops half-way is no connection to measure.
func TestShortAnswer(t *testing.T) {
	t.Parallel()
	rec := emu.NewRecord()
	rec.Connected, rec.Suite, rec.AppBytes = true, 1, 99
	if o := judge(&Run{Record: rec, ToRead: Reading{"answer", 100, 99}}, nil, 1); o.Name != OutcomeShort || o.Phase != "app-read" || o.Detail != "99 B of the answer's 100 B arrived" {
		t.Errorf("99 of 100 bytes: %+v", o)
	}
	if o := judge(&Run{Record: rec, Answered: Reading{"answer", 100, 0}}, nil, 1); o.Name != OutcomeShort || o.Phase != "app-write" {
		t.Errorf("nothing of 100 bytes: %+v", o)
	}
	for _, r := range []*Run{{Record: rec, ToRead: Reading{"answer", 99, 99}}, {Record: rec}} {
		if o := judge(r, nil, 1); o.Name != "connected" {
			t.Errorf("%+v: %+v", r, o)
		}
	}
}
