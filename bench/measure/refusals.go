package measure

import (
	"context"
	"fmt"
	"slices"

	"tlslab/bench/lab"
	"tlslab/bench/results"
)

// refusals adds the scenario's must-reject tries to a case of a machine other than the
// wasm machine, and those of the strict floor to a configuration's case. What is refused
// does not depend on the CPU, and the wasm machine finds it out a hundred times as fast.
// So the same configuration is tried there, in the case that the plan measures anyway, or
// else in one that does nothing else.
func (l *Bench) refusals(ctx context.Context, plan *lab.Plan, j *lab.Job, c *results.Case) error {
	floor := floorOf(j)
	if c.Outcome != results.OutcomeConnected || len(j.Scenario.Checks)+len(floor) == 0 {
		return nil
	}
	if j.Machine != l.Machine.Name() {
		tried := *j
		tried.Machine = l.Machine.Name()
		tried.Bulk = j.Bulk || !slices.Contains(plan.Profile.Machines, tried.Machine)
		t, err := l.Measure(ctx, plan, &tried)
		if err != nil {
			return err
		}
		if t.Outcome != results.OutcomeConnected {
			c.Warnings = append(slices.Clone(c.Warnings), fmt.Sprintf("what it refuses was not tried: on the %s machine it ends with %s", tried.Machine, t.Outcome))
			return nil
		}
		c.Checks, j = t.Checks, &tried
	}
	if len(floor) == 0 {
		return nil
	}
	var err error
	c.Floor, err = l.floor(ctx, plan, j, floor, c.Checks)
	return err
}
