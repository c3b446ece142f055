package measure

import (
	"context"
	"slices"
	"testing"

	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/emu/wasm"
	"tlslab/profiles"
)

// TestFloor: a configuration that connects has all tries of the floor if its client has
// a chain to check, whatever its scenario asks for. A variation and a scenario without a
// chain have none.
func TestFloor(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	l := openBench(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	named := func(checks []results.Check) (names, accepted []profiles.Check) {
		for _, k := range checks {
			names = append(names, profiles.Check(k.Name))
			if !k.Refused {
				accepted = append(accepted, profiles.Check(k.Name))
			}
		}
		return names, accepted
	}
	usages := []profiles.Check{"wrong-key-usage", "wrong-ext-key-usage"} // neither configuration checks them
	var asked []results.Check
	for _, k := range []struct {
		config, scenario, chain string
		asks                    []profiles.Check
		want, accepts           []profiles.Check
	}{
		{"dated", labtest.ECDSA, "", []profiles.Check{"wrong-name", "sha1-signed"}, profiles.CommonChecks(), usages},
		{"dated", labtest.ECDSA, "", nil, profiles.CommonChecks(), usages},
		{"undated", labtest.ECDSA, "", nil, profiles.CommonChecks(), append([]profiles.Check{"expired", "not-yet-valid"}, usages...)},
		{"dated", labtest.RSA, "rsa2048-two", nil, []profiles.Check{"bad-signature"}, nil},
		{"dated", labtest.PSK, "", nil, nil, nil},
	} {
		j := *labtest.JobOf(t, plan, k.config, k.scenario)
		s := *j.Scenario
		if s.Checks = k.asks; k.chain != "" {
			s.Chain = k.chain
		}
		j.Scenario = &s
		c, err := l.Measure(ctx, plan, &j)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.refusals(ctx, plan, &j, c); err != nil {
			t.Fatal(err)
		}
		if got, accepted := named(c.Floor); !slices.Equal(got, k.want) || !slices.Equal(accepted, k.accepts) {
			t.Errorf("%s, %s: tries %q, accepts %q; want %q and %q", k.config, k.scenario, got, accepted, k.want, k.accepts)
		}
		if got, _ := named(c.Checks); !slices.Equal(got, k.asks) {
			t.Errorf("%s, %s: checks %q, want %q", k.config, k.scenario, got, k.asks)
		}
		if asked == nil {
			asked = c.Floor
		} else if k.config == "dated" && k.scenario == labtest.ECDSA && !slices.Equal(asked, c.Floor) {
			t.Errorf("asked for: %v, not asked for: %v", asked, c.Floor)
		}
		j.Variant.Option = "A"
		if got := floorOf(&j); got != nil {
			t.Errorf("a variation has the tries %q", got)
		}
	}
}
