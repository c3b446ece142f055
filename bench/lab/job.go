// Package lab turns a profile into jobs and has their conversations: Prepare
// builds a job's image and finds its reference peer, Converse runs both, Judge
// says how it ended. It knows machines as emu.Machine alone, and does not know
// what a conversation is for.
package lab

import (
	"fmt"
	"slices"

	"tlslab/boards"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// Job is one case to measure: a configuration in a scenario.
type Job struct {
	Board    *boards.Board
	Machine  metric.Machine
	Variant  profiles.Variant `key:"-,a name for Header, which says all of it; its directories are in the image's key"`
	Scenario *profiles.Scenario
	Header   []byte
	Added    []string `key:"-,a label: Header has them"`
	Lacks    string   // what the core does not have that the scenario is about, in words; "" for nothing
	Refused  string   // why its header is not for the core, in words; "" where it is
	// Bulk leaves out the search for heap-min-B and the guest's own report of
	// its options, and runs configurations that build to one image once: for
	// sweeps of hundreds.
	Bulk bool
}

// Plan is a profile made concrete.
type Plan struct {
	Profile *profiles.Profile
	Boards  []*boards.Board // the profile's board first
	Jobs    []Job
}

// NewPlan loads what a profile names and renders every header.
func NewPlan(p *profiles.Profile) (*Plan, error) {
	variants, err := p.Expand()
	if err != nil {
		return nil, err
	}
	return newPlan(p, variants)
}

// NewBulkPlan is NewPlan for the configurations of a sweep: every job has Bulk.
func NewBulkPlan(p *profiles.Profile, variants []profiles.Variant) (*Plan, error) {
	plan, err := newPlan(p, variants)
	if err != nil {
		return nil, err
	}
	for i := range plan.Jobs {
		plan.Jobs[i].Bulk = true
	}
	return plan, nil
}

func newPlan(p *profiles.Profile, variants []profiles.Variant) (*Plan, error) {
	if p.Dir != "" && slices.Contains(profiles.Names(), p.Name) {
		return nil, fmt.Errorf("%s: name %q: is a built-in profile's; choose another", p.File(), p.Name)
	}
	plan := &Plan{Profile: p}
	for _, name := range append([]string{p.Board}, p.Boards...) {
		board, err := LoadBoard(p, name)
		if err != nil {
			return nil, err
		}
		plan.Boards = append(plan.Boards, board)
	}
	for _, name := range p.Scenarios {
		s, err := profiles.LoadScenario(p, name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(plan.Scenarios(), s.Name) {
			return nil, fmt.Errorf("%s: scenarios: two have the name %q", p.File(), s.Name)
		}
		for _, v := range variants {
			j := Job{Variant: v}
			if err := j.Rescene(s); err != nil {
				return nil, err
			}
			for _, board := range plan.Boards {
				for _, machine := range p.Machines {
					j.Board, j.Machine = board, machine
					plan.Jobs = append(plan.Jobs, j)
				}
			}
		}
	}
	return plan, nil
}

// Scenarios are the names of the plan's scenarios, in the profile's order; the
// profile itself may know one by the path of its file.
func (p *Plan) Scenarios() []string {
	var names []string
	for _, j := range p.Jobs {
		if !slices.Contains(names, j.Scenario.Name) {
			names = append(names, j.Scenario.Name)
		}
	}
	return names
}

// LoadBoard finds a board that a profile names: a built-in one, or a file
// beside the profile.
func LoadBoard(p *profiles.Profile, name string) (*boards.Board, error) {
	if path, ok := p.Resolve(name); ok {
		return boards.LoadFile(path)
	}
	board, err := boards.Load(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.File(), err)
	}
	return board, nil
}

// Rescene puts a job into another scenario: a change of its own.
func (j *Job) Rescene(s *profiles.Scenario) error {
	header, added, err := profiles.Render(j.Variant, s)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", j.Variant.Name, s.Name, err)
	}
	j.Scenario, j.Header, j.Added = s, header, added
	return nil
}

// BoardSuffix marks what belongs to a board beyond the profile's first.
func BoardSuffix(i int, b *boards.Board) string {
	if i == 0 {
		return ""
	}
	return ":" + b.Name
}

// Digests are those of the plan's data files.
func (p *Plan) Digests() map[string]string {
	d := map[string]string{"profile": p.Profile.Digest()}
	for i, b := range p.Boards {
		d["board"+BoardSuffix(i, b)] = b.Digest()
	}
	for _, j := range p.Jobs {
		d["scenario:"+j.Scenario.Name] = j.Scenario.Digest()
	}
	return d
}
