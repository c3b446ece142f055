package reject

import (
	"context"
	"slices"
	"strings"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/profiles"
)

// Checks tries what a scenario says must be refused.
func Checks(ctx context.Context, p *lab.Prepared) ([]results.Check, error) {
	return ChecksOf(ctx, p, p.Job.Scenario.Checks)
}

// ChecksOf makes the tries of some names.
func ChecksOf(ctx context.Context, p *lab.Prepared, names []profiles.Check) ([]results.Check, error) {
	var out []results.Check
	for _, name := range names {
		a, err := attemptOn(ctx, p, name)
		if err != nil {
			return nil, err
		}
		out = append(out, a.check)
	}
	return out, nil
}

// Refusal reads how the run of a must-reject try ended. Refused for another
// reason than the certificate's own fault is marked: the check itself may be
// missing. The flag decides, not the error it comes with.
func Refusal(library core.Library, check profiles.Check, outcome results.Outcome) results.Check {
	ended := string(outcome)
	c := results.Check{Name: string(check), Outcome: ended, Refused: true}
	sign := library.Refusals()[string(check)]
	errs, flags, _ := strings.Cut(ended, ":")
	switch {
	case outcome == results.OutcomeConnected:
		c.Outcome, c.Refused = results.OutcomeAccepted, false
	case sign.Unread != "" && slices.Contains(strings.Split(errs, "+"), sign.Unread):
	case sign.Flag == "" || !slices.Contains(strings.Split(flags, "+"), sign.Flag):
		c.Outcome, c.Refused = results.OutcomeOther+ended, false
	}
	return c
}
