package cli

import (
	"tlslab/bench"
	"tlslab/bench/sweep"
	"tlslab/core"
	"tlslab/core/options"
	"tlslab/profiles"
)

// adapt gives the configurations of a plan what another core than the
// profile's demands: options that its check_config.h asks for with those that
// are on (SHA224_C with SHA256_C, in 3.0 to 3.4), and without those it does not
// have and refuses (SSL_TRUNCATED_HMAC, since 3.0). They are listed as the core's.
// What can't be helped is left for the build to say.
func adapt(plan *bench.Plan, src *core.Source) error {
	if src.Core == plan.Profile.Core {
		return nil
	}
	cat, err := options.Load(src)
	if err != nil {
		return err
	}
	for i := range plan.Jobs {
		j := &plan.Jobs[i]
		macros, err := profiles.Effective(j.Variant, j.Scenario)
		if err != nil {
			return err
		}
		fixed := map[string]bool{}
		for name := range macros {
			if _, err := cat.Find(name); err == nil {
				fixed[name] = true // what the core has and is on stays on
			}
		}
		for name := range j.Variant.Decided {
			fixed[profiles.Full(name)] = true
		}
		mended, err := cat.Mend(macros, fixed)
		if err != nil {
			continue
		}
		along := sweep.Along(mended)
		if len(along) == 0 {
			continue
		}
		header, added, err := profiles.Render(j.Variant.With(along, profiles.ByCore), j.Scenario)
		if err != nil {
			return err
		}
		j.Header, j.Added = header, added
	}
	return nil
}
