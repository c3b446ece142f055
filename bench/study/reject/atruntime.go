package reject

import (
	"context"
	"errors"
	"maps"

	"tlslab/bench/lab"
	"tlslab/profiles"
)

// calls are what an application can do at run time about a try that no option
// decides, and the scenario in which this lab's client does it.
var calls = map[profiles.Check]struct {
	call string
	on   func(*profiles.Scenario)
}{
	"revoked": {"mbedtls_ssl_conf_ca_chain with a revocation list (X509_CRL_PARSE_C)", func(s *profiles.Scenario) {
		s.CRL, s.Needs["X509_CRL_PARSE_C"] = "current", true
	}},
	"server-legacy-renegotiation": {"mbedtls_ssl_conf_legacy_renegotiation with MBEDTLS_SSL_LEGACY_BREAK_HANDSHAKE", func(s *profiles.Scenario) {
		s.RefuseLegacy = true
	}},
}

// AtRunTime makes a try once more with a client that does what it can about it
// at run time; nil where there is nothing to do, or it does not help.
func AtRunTime(ctx context.Context, l *lab.Lab, plan *lab.Plan, j *lab.Job, try profiles.Check) (*Blame, error) {
	c, ok := calls[try]
	if !ok {
		return nil, nil
	}
	s := *j.Scenario
	s.Needs = maps.Clone(s.Needs)
	if s.Needs == nil {
		s.Needs = map[string]any{}
	}
	c.on(&s)
	doing := *j
	doing.Scenario = &s
	var err error
	if doing.Header, doing.Added, err = profiles.Render(j.Variant, &s); err != nil {
		return nil, nil // the user's header does not let it
	}
	got, err := Reject(ctx, l, plan, &doing, []profiles.Check{try})
	var bad *BadJobError
	if errors.As(err, &bad) {
		return nil, nil
	}
	if err != nil || got[0].Verdict != Refused {
		return nil, err
	}
	return &Blame{Call: c.call, Outcome: got[0].Outcome}, nil
}
