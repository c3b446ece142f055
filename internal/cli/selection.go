package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tlslab/bench/lab"
	"tlslab/core/library"
	"tlslab/internal/metric"
	"tlslab/internal/strict"
	"tlslab/profiles"
)

// selection is what of a profile a verb measures, and how. All verbs that
// measure take the same flags for it.
type selection struct {
	core      string
	configs   []string
	scenarios []string
	boards    []string
	machine   string // a metric.Machine or "all"; "": the profile's
	set       []string
	jobs      int

	machines []metric.Machine // those that the verb runs on; nil: any
}

// extent is how much a verb measures where no flag says it.
type extent struct {
	config, scenario string           // what is measured where none is named: "its last", "all"
	machine          metric.Machine   // "": the profile's
	machines         []metric.Machine // that can be named; nil: any
	jobs             bool             // it measures many cases
}

// Defaults of what is measured.
const (
	first = "its first"
	last  = "its last"
	all   = "all"
)

// flags gives a verb its flags.
func (sel *selection) flags(cmd *cobra.Command, e extent) {
	sel.machines = e.machines
	sel.coreFlag(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&sel.configs, "config", nil, "configuration of the profile"+several(e.config))
	f.StringArrayVarP(&sel.scenarios, "scenario", "S", nil, "scenario of the profile"+several(e.scenario))
	f.StringArrayVar(&sel.boards, "board", nil, "board in place of the profile's, built in or a TOML file; repeatable where the profile may have several")
	f.StringArrayVar(&sel.set, "set", nil, "NAME=VALUE, NAME=on or NAME=off: set an option in each configuration that is measured; repeatable")
	if e.jobs {
		f.IntVar(&sel.jobs, "jobs", 0, "cases measured at one time (default: by cores and memory)")
	}
	machines, standard := "wasm, qemu, all of these, or serial:PATH[,baud=N]", "the profile's"
	if e.machines != nil {
		machines = joined(e.machines, " or ")
	}
	if e.machine != "" {
		standard = string(e.machine)
	}
	f.StringVar(&sel.machine, "machine", string(e.machine), "")
	f.Lookup("machine").Usage = "machine to run on: " + machines + " (default: " + standard + ")"
	f.Lookup("machine").DefValue = ""                 // it is in the text
	f.Lookup("machine").Hidden = len(e.machines) == 1 // there is no choice
}

// joined is strings.Join for words of their own type.
func joined[Word ~string](words []Word, separator string) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, separator)
}

// several is the end of a flag's help by what stands in for it.
func several(standard string) string {
	if standard == all {
		return "; repeatable (default: all)"
	}
	return " (default: " + standard + ")"
}

// coreFlag is --core, for verbs that measure nothing too.
func (sel *selection) coreFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&sel.core, "core", "", coreHelp()+" (default: the profile's)")
}

// coreHelp says what --core may be.
func coreHelp() string {
	var names []string
	for _, p := range library.Pins() {
		if !slices.Contains(names, p.Core) {
			names = append(names, p.Core)
		}
	}
	return "TLS library: " + strings.Join(append(names, "dir:PATH"), ", ") + " or tar:PATH"
}

// again is the flags beside --config and --scenario as one would write them.
func (sel *selection) again() string {
	var b strings.Builder
	if sel.core != "" {
		b.WriteString(" --core " + sel.core)
	}
	for _, name := range sel.boards {
		b.WriteString(" --board " + name)
	}
	for _, text := range sel.set {
		b.WriteString(" --set " + text)
	}
	return b.String()
}

// coreOf is the core that is measured.
func (sel *selection) coreOf(p *profiles.Profile) string { return cmp.Or(sel.core, p.Core) }

// onlyOne is what a flag names where only one can be measured; "" for nothing.
func onlyOne(flag string, names []string) (string, error) {
	if len(names) > 1 {
		return "", fmt.Errorf("--%s: %s: this verb measures one", flag, strings.Join(names, ", "))
	}
	return append(names, "")[0], nil
}

// check refuses what the flags cannot mean.
func (sel *selection) check() error {
	if sel.jobs < 0 {
		return fmt.Errorf("--jobs %d: below 0", sel.jobs)
	}
	if m := metric.Machine(sel.machine); sel.machines != nil && m != "" && !slices.Contains(sel.machines, m) {
		if m.Kind() == "all" {
			return fmt.Errorf("--machine all: want one: %s", joined(sel.machines, " or "))
		}
		return fmt.Errorf("--machine: %w", strict.Unknown("machine", m, sel.machines))
	}
	return nil
}

// profile reads a profile and puts the flags into it: its machines, boards and
// options. Where one of its configurations starts from the core's own header, the
// core is found too.
func (s *settings) profile(ctx context.Context, nameOrPath string, sel *selection) (*profiles.Profile, error) {
	if err := sel.check(); err != nil {
		return nil, err
	}
	p, err := profiles.LoadFor(nameOrPath, sel.core)
	if err != nil {
		return nil, err
	}
	if err := chooseMachines(p, sel.machine); err != nil {
		return nil, err
	}
	if len(sel.boards) > 0 {
		p.Board, p.Boards = sel.boards[0], sel.boards[1:]
	}
	if len(sel.set) > 0 {
		if err := s.setOptions(ctx, p, sel); err != nil {
			return nil, err
		}
	}
	if p.FromCore() {
		err = s.useCore(ctx, p, sel.coreOf(p))
	}
	return p, err
}

// setOptions puts the options of --set into every configuration.
func (s *settings) setOptions(ctx context.Context, p *profiles.Profile, sel *selection) error {
	src, err := s.resolveFor(ctx, p, sel.coreOf(p))
	if err != nil {
		return err
	}
	cat, err := src.Options()
	if err != nil {
		return err
	}
	var changes []profiles.Change
	for _, text := range sel.set {
		c, err := profiles.ParseChange(cat, text)
		if err == nil {
			err = cat.Check(c.Option, c.Is())
		}
		if err != nil {
			return fmt.Errorf("--set %s: %w", text, err)
		}
		changes = append(changes, c)
	}
	// Who names a configuration names it as the profile does.
	for was, is := range p.SetOptions(changes) {
		for i, name := range sel.configs {
			if name == was || strings.HasPrefix(name, was+"/") {
				sel.configs[i] = is + strings.TrimPrefix(name, was)
			}
		}
	}
	return nil
}

// plan is a profile's plan with what the flags select, adapted to its core.
func (s *settings) plan(ctx context.Context, nameOrPath string, sel *selection) (*lab.Plan, error) {
	p, err := s.profile(ctx, nameOrPath, sel)
	if err != nil {
		return nil, err
	}
	paths, err := p.CAPaths()
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if _, err := s.loadCA(path); err != nil {
			return nil, err
		}
	}
	plan, err := lab.NewPlan(p)
	if err != nil {
		return nil, err
	}
	return plan, s.adaptTo(ctx, plan, sel.coreOf(p))
}

// keep leaves the jobs of a plan that the flags name: a configuration with its
// variations, or a variation alone.
func (sel *selection) keep(plan *lab.Plan) error {
	var configs []string
	for _, j := range plan.Jobs {
		if !slices.Contains(configs, j.Variant.Name) {
			configs = append(configs, j.Variant.Name)
		}
	}
	for _, name := range sel.configs {
		if !slices.Contains(configs, name) {
			return strict.Unknown("config of "+plan.Profile.Name, name, configs)
		}
	}
	scenarios := plan.Scenarios()
	for _, name := range sel.scenarios {
		if !slices.Contains(scenarios, name) {
			return strict.Unknown("scenario of "+plan.Profile.Name, name, scenarios)
		}
	}
	plan.Jobs = slices.DeleteFunc(plan.Jobs, func(j lab.Job) bool {
		config := len(sel.configs) == 0 || slices.Contains(sel.configs, j.Variant.Name) || slices.Contains(sel.configs, j.Variant.Base)
		return !config || len(sel.scenarios) > 0 && !slices.Contains(sel.scenarios, j.Scenario.Name)
	})
	return nil
}

// job is the one job that the flags name, or the profile's last configuration in
// its first scenario.
func (sel *selection) job(plan *lab.Plan) (*lab.Job, error) {
	config, err := onlyOne("config", sel.configs)
	if err != nil {
		return nil, err
	}
	scenario, err := onlyOne("scenario", sel.scenarios)
	if err != nil {
		return nil, err
	}
	return choose(plan, config, scenario)
}

// jobsOf are the jobs of the configurations named, of the profile's last where
// there are none, in the scenarios named, in all where there are none.
func (sel *selection) jobsOf(plan *lab.Plan) ([]*lab.Job, error) {
	configs, scenarios := sel.configs, sel.scenarios
	if len(configs) == 0 {
		configs = []string{""}
	}
	if len(scenarios) == 0 {
		scenarios = plan.Scenarios()
	}
	var jobs []*lab.Job
	for _, config := range configs {
		for _, scenario := range scenarios {
			j, err := choose(plan, config, scenario)
			if err != nil {
				return nil, err
			}
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

// openJob is the one job that the flags name, in an open lab. The caller closes
// it.
func (s *settings) openJob(ctx context.Context, nameOrPath string, sel *selection) (*openedLab, *lab.Plan, *lab.Job, error) {
	plan, err := s.plan(ctx, nameOrPath, sel)
	if err != nil {
		return nil, nil, nil, err
	}
	job, err := sel.job(plan)
	if err != nil {
		return nil, nil, nil, err
	}
	l, err := s.openLab(ctx, sel.coreOf(plan.Profile))
	return l, plan, job, err
}

// libraryTitles are the libraries that can be measured, for people.
func libraryTitles() string {
	var titles []string
	for _, l := range library.All {
		titles = append(titles, l.Title())
	}
	return strings.Join(titles, ", ")
}
