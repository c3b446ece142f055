package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"tlslab/bench/lab"
	"tlslab/bench/study/atlas"
	"tlslab/bench/study/sweep"
	"tlslab/core/options"
	"tlslab/internal/metric"
	"tlslab/internal/status"
	"tlslab/plots"
	"tlslab/profiles"
)

func newAtlas(s *settings) *cobra.Command {
	var sel selection
	var names []string
	var noPlots bool
	cmd := &cobra.Command{
		Use:   "atlas PROFILE",
		Short: "Measure what each option costs: every one changed alone, from each configuration",
		Long: "Changes each option of the catalogue (`tlslab options`) alone, from each\n" +
			"configuration of a profile, in each of its scenarios. Options that are off are\n" +
			"switched on, options that are on are switched off, and numbers are set to the\n" +
			"values worth measuring, along with whatever check_config.h demands. For each\n" +
			"change it prints what happens to code size, RAM, heap, stack and ticks, whether\n" +
			"the handshake still completes, and which bad certificates are no longer refused.\n\n" +
			"Writes OUT/PROFILE/atlas/: atlas.json, atlas.csv, atlas.md and figures. A\n" +
			"configuration whose header is refused is named and left out; the exit status is\n" +
			"then 1.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			p, err := s.profile(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			p.Boards, p.Machines = nil, []metric.Machine{metric.WASM}
			if err := chooseScenarios(p, sel.scenarios); err != nil {
				return err
			}
			bases, refused, err := chooseConfigs(p, sel.configs)
			if err != nil {
				return err
			}
			for _, r := range refused {
				s.say(r.Config + " is left out: " + r.Why)
			}
			l, err := s.openLab(ctx, sel.coreOf(p))
			if err != nil {
				return err
			}
			defer l.close()
			cat, err := l.Source.Options()
			if err != nil {
				return err
			}
			if cat, err = cat.Only(names); err != nil {
				return err
			}
			plan, skipped, err := atlasPlan(p, bases, cat)
			if err != nil {
				return err
			}
			dir := filepath.Join(s.outDir, p.Name, "atlas")
			f, err := s.measurePlan(ctx, l, plan, dir, sel.jobs, "turning options of "+p.Name)
			if err != nil {
				return err
			}
			a, err := atlas.Make(f, func(base, option string) atlas.Words { return wordsOf(cat, bases, base, option) })
			if err != nil {
				return &status.Bad{Err: err}
			}
			a.Refused = refused
			for _, k := range skipped {
				a.Skip(k.base, k.Option, k.Is, k.Why, k.scenario)
			}
			if err := writeAtlas(dir, a); err != nil {
				return err
			}
			if !noPlots {
				if _, err := plots.RenderAtlas(dir, a); err != nil {
					return err
				}
			}
			fmt.Fprintf(s.stdout, "%s: atlas.md, atlas.csv, atlas.json: %d options turned, %d not, %d cases\n", dir, len(a.Entries), len(a.NotFlipped), len(f.Cases))
			if len(refused) > 0 {
				return status.Badf("%s: %d of %d configurations were refused, the first: %s: %s", p.Name, len(refused), len(refused)+len(bases), refused[0].Config, refused[0].Why)
			}
			return nil
		},
	}
	sel.flags(cmd, extent{config: all, scenario: all, jobs: true, machine: metric.WASM, machines: []metric.Machine{metric.WASM}})
	cmd.Flags().StringArrayVar(&names, "option", nil, "change only these options; repeatable (default: all of the catalogue)")
	cmd.Flags().BoolVar(&noPlots, "no-plots", false, "write no figures")
	return cmd
}

// chooseConfigs are the configurations of a profile by name, all for none, and
// those whose header is refused: one of these does not keep the others from
// being measured. Where all are, that is the error.
func chooseConfigs(p *profiles.Profile, names []string) (bases []profiles.Variant, refused []atlas.RefusedBase, err error) {
	if len(names) == 0 {
		for _, c := range p.Configs {
			names = append(names, c.Name)
		}
	}
	var first *profiles.RefusedError
	for _, name := range names {
		v, err := p.Config(name)
		var r *profiles.RefusedError
		switch {
		case errors.As(err, &r):
			first = cmp.Or(first, r)
			refused = append(refused, atlas.RefusedBase{Config: name, Why: r.Error()})
		case err != nil:
			return nil, nil, err
		case !slices.ContainsFunc(bases, func(b profiles.Variant) bool { return b.Name == v.Name }):
			bases = append(bases, v)
		}
	}
	if len(bases) == 0 {
		return nil, nil, first
	}
	return bases, refused, nil
}

// skip is an option that is not turned, and where.
type skip struct {
	base, scenario string
	sweep.Refusal
}

// atlasPlan is every base with its flips in every scenario, and what is not
// turned. A scenario adds options of its own, so what there is to turn is told
// for each.
func atlasPlan(p *profiles.Profile, bases []profiles.Variant, cat *options.Catalogue) (whole *lab.Plan, skipped []skip, err error) {
	for _, name := range p.Scenarios {
		scenario, err := profiles.LoadScenario(p, name)
		if err != nil {
			return nil, nil, err
		}
		var variants []profiles.Variant
		for _, base := range bases {
			macros, err := profiles.Effective(base, scenario)
			if err != nil {
				return nil, nil, err
			}
			flips, refused := sweep.Flips(base, macros, cat)
			for _, r := range refused {
				skipped = append(skipped, skip{base.Name, scenario.Name, r})
			}
			variants = append(append(variants, base), flips...)
		}
		one := *p
		one.Scenarios = []string{name}
		plan, err := lab.NewBulkPlan(&one, variants)
		if err != nil {
			return nil, nil, err
		}
		for i := range plan.Jobs {
			if sc := plan.Jobs[i].Scenario; sc.Chain != "" {
				sc.Checks = profiles.CommonChecks() // its own copy: NewBulkPlan loaded it
			}
		}
		if whole == nil {
			whole = plan
			whole.Profile = p
			continue
		}
		whole.Jobs = append(whole.Jobs, plan.Jobs...)
	}
	return whole, skipped, nil
}

// wordsOf is what the catalogue says of an option, and its value in a base.
func wordsOf(cat *options.Catalogue, bases []profiles.Variant, base, option string) atlas.Words {
	o, err := cat.Find(option)
	if err != nil {
		return atlas.Words{}
	}
	w := atlas.Words{Advice: o.Advice, WeakensOff: o.Weakens, WeakensOn: o.WeakensOn}
	if o.Kind != options.Number {
		return w
	}
	w.Was = o.Default
	for i := range bases {
		if value, ok := bases[i].Settings.Get(o.Name); ok && bases[i].Name == base {
			w.Was = value
		}
	}
	return w
}

// writeAtlas writes an atlas in each of its forms.
func writeAtlas(dir string, a *atlas.File) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return errors.Join(
		a.WriteJSON(filepath.Join(dir, "atlas.json")),
		a.WriteCSV(filepath.Join(dir, "atlas.csv")),
		a.WriteMarkdown(filepath.Join(dir, "atlas.md")),
	)
}
