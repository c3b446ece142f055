package fault

import (
	"path/filepath"
	"slices"
	"strings"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// Schema is the version of File's JSON form.
const Schema = 1

// Result is one run.
type Result struct {
	Fault   Fault
	Site    Site
	Outcome Outcome
	Verdict Verdict
}

// File is a campaign's results.
type File struct {
	Schema      int       `json:"schema"`
	Profile     string    `json:"profile"`
	Config      string    `json:"config"`
	Scenario    string    `json:"scenario"`
	Core        string    `json:"core"`
	Image       string    `json:"image"` // digest of the module
	EntropySeed uint64    `json:"entropy-seed"`
	Seed        uint64    `json:"seed"`
	Bits        int       `json:"bits"`     // flipped in each byte
	Possible    int       `json:"possible"` // runs of these kinds; more than Runs where they were drawn by lot
	Runs        int       `json:"runs"`
	Golden      Golden    `json:"without-fault"`
	Kinds       []Kind    `json:"kinds"`
	Errors      []Count   `json:"errors"`          // of the runs that ended in a clean error
	Connected   []Count   `json:"connected"`       // by the rule that says why
	Misnamed    int       `json:"allocs-misnamed"` // clean errors after a failed allocation that do not say so
	Findings    []Finding `json:"findings"`
}

// Kind is the runs of one kind of fault.
type Kind struct {
	Kind     string         `json:"kind"`
	Runs     int            `json:"runs"`
	Verdicts map[string]int `json:"verdicts"`
}

// Count is how many runs of a kind ended in one way.
type Count struct {
	Kind  string       `json:"kind"`
	What  string       `json:"what"`
	Why   string       `json:"why,omitempty"`
	Phase metric.Phase `json:"phase,omitempty"`
	Runs  int          `json:"runs"`
	First string       `json:"first"` // the first of them
}

// Finding is one run that should not have ended so.
type Finding struct {
	ID      string       `json:"id"`
	Verdict string       `json:"verdict"`
	Phase   metric.Phase `json:"phase"` // of the client, where the fault strikes
	Detail  string       `json:"detail"`
	Seed    uint64       `json:"seed"`
	Command string       `json:"command"`
}

// Fill sums up the runs of a campaign. command is what runs one of them again.
func (f *File) Fill(runs []Result, command func(id string) string) {
	f.Schema, f.Runs = Schema, len(runs)
	f.Errors, f.Connected, f.Findings = []Count{}, []Count{}, []Finding{}
	for _, r := range runs {
		k := slices.IndexFunc(f.Kinds, func(k Kind) bool { return k.Kind == r.Fault.Kind })
		if k < 0 {
			k = len(f.Kinds)
			f.Kinds = append(f.Kinds, Kind{Kind: r.Fault.Kind, Verdicts: map[string]int{}})
		}
		f.Kinds[k].Runs++
		f.Kinds[k].Verdicts[r.Verdict.Name]++
		switch r.Verdict.Name {
		case CleanError:
			if r.Fault.Kind == Alloc && r.Outcome.Error != "" && !strings.Contains(r.Outcome.Error, "ALLOC_FAILED") {
				f.Misnamed++
			}
			what := r.Outcome.Error
			if what == "" {
				what = "of its peer: " + r.Outcome.PeerError
			}
			count(&f.Errors, Count{Kind: r.Fault.Kind, What: what, First: r.Fault.String()})
		case Connected:
			c := Count{Kind: r.Fault.Kind, What: r.Verdict.Rule, Why: Why(r.Verdict.Rule), First: r.Fault.String()}
			if r.Verdict.Rule == "did-without" {
				c.Phase = r.Site.Phase // who trusts that must know where
			}
			count(&f.Connected, c)
		default:
			id := r.Fault.String()
			f.Findings = append(f.Findings, Finding{ID: id, Verdict: r.Verdict.Name, Phase: r.Site.Phase, Detail: r.Verdict.Detail,
				Seed: f.EntropySeed, Command: command(id)})
		}
	}
	for _, list := range [][]Count{f.Errors, f.Connected} {
		slices.SortStableFunc(list, func(a, b Count) int {
			if d := slices.Index(Kinds, a.Kind) - slices.Index(Kinds, b.Kind); d != 0 {
				return d
			}
			if d := b.Runs - a.Runs; d != 0 {
				return d
			}
			return strings.Compare(a.What+string(a.Phase), b.What+string(b.Phase))
		})
	}
}

// count adds a run to the count it belongs to.
func count(list *[]Count, c Count) {
	i := slices.IndexFunc(*list, func(o Count) bool { return o.Kind == c.Kind && o.What == c.What && o.Phase == c.Phase })
	if i < 0 {
		i = len(*list)
		*list = append(*list, c)
	}
	(*list)[i].Runs++
}

// Name is the file of a scenario in a profile's directory of results.
func Name(scenario string) string { return "fault-" + scenario + ".json" }

// Write writes the file whole, or not at all.
func Write(dir string, f *File) (name string, err error) {
	name = filepath.Join(dir, Name(f.Scenario))
	return name, results.WriteAny(name, f)
}
