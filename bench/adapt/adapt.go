// Package adapt gives the configurations of a plan what the core that is measured
// demands, and says which of them, and which scenarios, it can't have.
package adapt

import (
	"errors"
	"fmt"
	"strings"

	"tlslab/bench/lab"
	"tlslab/bench/study/sweep"
	"tlslab/core"
	"tlslab/core/options"
	"tlslab/profiles"
)

// checkedTwice refuses a header that includes check_config.h, where the core does so
// itself: since 3.0 the options that follow from others are set in between. It is
// an error where no other header is left.
func checkedTwice(plan *lab.Plan, src *core.Source) error {
	if strings.HasPrefix(src.Version, "2.") {
		return nil
	}
	refused := 0
	for i := range plan.Jobs {
		j := &plan.Jobs[i]
		if at := j.Variant.IncludesCheck(); at != "" {
			refused++
			j.Refused = fmt.Sprintf("%s: includes check_config.h, which a header of %s %s must not: the library includes it itself, once its other options are set; take the line out", at, j.Variant.Settings.Dialect().Title, src.Version)
		}
	}
	if refused > 0 && refused == len(plan.Jobs) {
		return errors.New(plan.Jobs[0].Refused)
	}
	return nil
}

// To gives the configurations of a plan what its core demands where they
// were not written for it: options that its check_config.h asks for with those
// that are on (SHA224_C with SHA256_C, in 3.0 to 3.4), and without those it does
// not have and refuses (SSL_TRUNCATED_HMAC, since 3.0). They are listed as the
// core's, as is what goes along with an axis (goesAlong). What can't be helped is
// left for the build to say; that a core does not have a scenario's protocol is
// said here, and that a header is not for it (checkedTwice).
func To(plan *lab.Plan, src *core.Source) error {
	if err := checkedTwice(plan, src); err != nil {
		return err
	}
	own := src.Core == plan.Profile.Core
	written := own && src.Core == plan.Profile.Dialect().Core // the base lists and the scenarios are for it
	if written && !AnyTurned(plan) {
		return nil
	}
	cat, err := src.Options()
	if err != nil {
		return err
	}
	for i := range plan.Jobs {
		j := &plan.Jobs[i]
		if j.Refused != "" {
			continue
		}
		if !written {
			if j.Lacks = lacks(cat, j.Scenario); j.Lacks != "" {
				continue
			}
		}
		if written || own && j.Variant.FromHeader() {
			if turned(plan.Profile, &j.Variant) {
				if err := goesAlong(j, plan.Profile, cat); err != nil {
					return err
				}
			}
			continue
		}
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
			fixed[cat.Full(name)] = true
		}
		mended, err := cat.Mend(macros, fixed)
		if err != nil {
			if turned(plan.Profile, &j.Variant) {
				if err := goesAlong(j, plan.Profile, cat); err != nil {
					return err
				}
			}
			continue
		}
		along := sweep.Along(cat, mended)
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

// lacks says what a core does not have that a scenario is about: the option of
// its protocol, or of a feature; "" where it has them.
func lacks(cat *options.Catalogue, s *profiles.Scenario) string {
	if option := s.ProtocolOption(); !has(cat, option) {
		return fmt.Sprintf("%s %s does not speak %s: no option %s%s", cat.Title, cat.Version, s.Protocol, option, since(cat, option))
	}
	for _, option := range s.FeatureOptions() {
		if !has(cat, option) {
			return fmt.Sprintf("%s %s has no option %s%s", cat.Title, cat.Version, option, since(cat, option))
		}
	}
	return ""
}

func has(cat *options.Catalogue, option string) bool {
	_, err := cat.Find(option)
	return err == nil || option == ""
}

// since says which releases have an option, where some do.
func since(cat *options.Catalogue, option string) string {
	if r := cat.ReleasesWith(option); r != "" {
		return "; " + strings.TrimSpace(r) + " do"
	}
	return ""
}
