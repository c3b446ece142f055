package tune

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/bench/study/sweep"
	"tlslab/boards"
	"tlslab/core"
	"tlslab/core/options"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// Trials measures a tuner's candidates: one header for all scenarios of a
// profile, over one configuration of it.
type Trials struct {
	lab       *measure.Bench
	Profile   *profiles.Profile
	board     *boards.Board
	base      profiles.Variant // the configuration with what all scenarios need
	Scenarios []*profiles.Scenario
	Refuse    []profiles.Check // checks of the security floor
	Catalogue *options.Catalogue
	Asked     Asked
	RaisedFor []string // what the floor put on before the search, a line each
	Jobs      int
	Done      func(n int)
	Served    *Served // a real server that what is kept must connect to; nil for none
	Held      Goal    // the budgets asked for, which the real server's conversation has to keep too
}

// Asked is what a search was asked for.
type Asked struct {
	Goal    *Goal // budgets as they were given
	Floor   string
	Options []string // tried alone; none for all
	Again   string   // the command line that asks again
}

// NewTrials prepares a configuration to be tuned.
func NewTrials(l *measure.Bench, p *profiles.Profile, config profiles.Variant) (*Trials, error) {
	t := &Trials{lab: l, Profile: p}
	var err error
	if t.board, err = lab.LoadBoard(p, p.Board); err != nil {
		return nil, err
	}
	for _, name := range p.Scenarios {
		s, err := profiles.LoadScenario(p, name)
		if err != nil {
			return nil, err
		}
		t.Scenarios = append(t.Scenarios, s)
	}
	needed, err := profiles.Needed(t.Scenarios)
	if err != nil {
		return nil, err
	}
	needed = slices.DeleteFunc(needed, func(c profiles.Change) bool {
		_, has := config.Settings.Get(c.Option)
		return c.Option == p.Dialect().Suites && !has // it offers every suite it has
	})
	t.base = config.Vary(nil, needed)
	return t, nil
}

// Chains says whether a scenario has certificates: without any there are none to
// refuse.
func (t *Trials) Chains() bool {
	return slices.ContainsFunc(t.Scenarios, func(s *profiles.Scenario) bool { return s.Chain != "" })
}

// variant is a candidate's configuration under a name.
func (t *Trials) variant(p Point, name string) profiles.Variant {
	v := t.base.Vary(nil, p.Changes())
	v.Name = name
	return v
}

// plan lays out the jobs of candidates that share a compiler's options.
func (t *Trials) plan(arm string, points []Point, names []string, checked, lean bool, machines []metric.Machine) (*lab.Plan, error) {
	p := *t.Profile
	p.Compiler = profiles.Compiler{Wasm: strings.Fields(arm)[0], ARM: arm}
	p.Machines = machines
	plan := &lab.Plan{Profile: &p, Boards: []*boards.Board{t.board}}
	for i, point := range points {
		v := t.variant(point, names[i])
		for _, s := range t.Scenarios {
			own := *s
			if own.Chain != "" {
				own.CAFormat = point.CA
				own.Checks = nil
				if checked {
					own.Checks = t.Refuse
				}
			}
			header, added, err := profiles.Render(v, &own)
			if err != nil {
				return nil, err
			}
			for _, m := range machines {
				plan.Jobs = append(plan.Jobs, lab.Job{Board: t.board, Machine: m, Variant: v, Scenario: &own, Header: header, Added: added, Bulk: lean})
			}
		}
	}
	return plan, nil
}

// Measure measures points: it is the Measure of a search.
func (t *Trials) Measure(ctx context.Context, points []Point, checked bool) ([]Result, error) {
	cases := map[string][]results.Case{}
	groups := map[string][]Point{}
	var order []string
	for _, p := range points {
		if groups[p.ARM] == nil {
			order = append(order, p.ARM)
		}
		groups[p.ARM] = append(groups[p.ARM], p)
	}
	for _, arm := range order {
		var names []string
		for _, p := range groups[arm] {
			names = append(names, pointName(p))
		}
		plan, err := t.plan(arm, groups[arm], names, checked, true, []metric.Machine{t.lab.Machine.Name()})
		if err != nil {
			return nil, err
		}
		all, err := t.lab.Matrix(ctx, plan, t.Jobs, func(*results.Case) { t.Done(1) })
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			cases[c.Config] = append(cases[c.Config], c)
		}
	}
	var out []Result
	for _, p := range points {
		r := Judge(p, cases[pointName(p)], t.Refuse, checked)
		if r.OK && checked && t.Served != nil {
			var err error
			if r.Why, err = t.Served.try(ctx, p); err != nil {
				return nil, err
			}
			r.OK = r.Why == ""
		}
		out = append(out, r)
	}
	return out, nil
}

// pointName is a candidate's name among others: a digest of what it is.
func pointName(p Point) string { return core.SHA256([]byte(p.Key()))[:16] }

// swaps are options of which either serves: the second takes the first's place.
var swaps = map[string]string{"CTR_DRBG_C": "HMAC_DRBG_C"}

// bisected are numbers that are searched for their least value, in bytes; what
// they hold at least is a handshake message or a record, and there are no
// useful ones below.
var bisected = map[string]Number{
	"SSL_IN_CONTENT_LEN":  {Least: 256, Step: 16},
	"SSL_OUT_CONTENT_LEN": {Least: 128, Step: 16},
}

// Space is what may be turned in this core, by the catalogue.
func (t *Trials) Space() *Space {
	cat, pick := t.Catalogue, t.Profile.Compiler
	s := &Space{ARM: []string{"-O2", "-Os"}, Late: []string{"-O2 -flto", "-Os -flto"}, Macros: t.macros}
	if !slices.Contains(s.ARM, pick.ARM) {
		s.ARM = append(s.ARM, pick.ARM)
	}
	for _, sc := range t.Scenarios {
		if sc.Chain != "" && (t.Served == nil || t.Served.roots.der != nil) {
			s.CA = []string{"pem", "der"}
		}
	}
	for _, o := range cat.Options() {
		name := cat.Short(o.Name)
		if !o.Noted || o.NoFlip != "" {
			continue
		}
		switch o.Kind {
		case "flag":
			f := Flag{Option: name, KeepOn: o.Weakens != "", With: o.With, Or: cat.Short(o.Or), KeepOff: o.WeakensOn != "", Swap: swaps[name]}
			if t.Asked.Floor == FloorManual && permitted(o.Advice) {
				f.KeepOn = false
			}
			s.Flags = append(s.Flags, f)
		case "number":
			n, ok := bisected[name]
			if !ok {
				n = Number{Try: o.Try}
			}
			if o.Weakens == "" || ok {
				n.Option = name
				s.Numbers = append(s.Numbers, n)
			}
		}
	}
	s.Default = func(p Point, option string) (int64, bool) {
		o, err := cat.Find(option)
		if err != nil {
			return 0, false
		}
		v, err := strconv.ParseInt(o.Default, 10, 64)
		if strings.HasSuffix(option, "_CONTENT_LEN") { // each defaults to the one for both
			if text, ok := t.macros(p)["SSL_MAX_CONTENT_LEN"]; ok {
				v, err = strconv.ParseInt(text, 10, 64)
			}
		}
		return v, err == nil
	}
	s.Mend = func(p Point, changes []profiles.Change) ([]profiles.Change, error) {
		macros, fixed := map[string]string{}, map[string]bool{}
		for name, value := range t.macros(p.With(changes)) {
			macros[cat.Full(name)] = value
		}
		for _, c := range changes {
			fixed[cat.Full(c.Option)] = true
		}
		mended, err := cat.Mend(macros, fixed)
		if err != nil {
			return nil, err
		}
		return sweep.Along(cat, mended), nil
	}
	return s
}

// macros is what a candidate defines, without MBEDTLS_.
func (t *Trials) macros(p Point) map[string]string {
	v := t.variant(p, "")
	out := map[string]string{}
	for _, m := range v.Settings.List() {
		out[t.Catalogue.Short(m.Name)] = m.Value
	}
	return out
}

// permitted says that the manual advises to leave an option out.
func permitted(advice string) bool {
	return strings.Contains(advice, "disable")
}
