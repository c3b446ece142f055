package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"tlslab/bench/gate"
	"tlslab/bench/report"
	"tlslab/bench/results"
	"tlslab/internal/input"
	"tlslab/internal/metric"
	"tlslab/internal/status"
	"tlslab/plots"
	"tlslab/profiles"
)

// keep adds what an earlier run of other machines left in dir to a new run's
// results, as far as it still holds, and returns lines that say what was kept and
// dropped. What another build of this tool measured is dropped: the code is part
// of what makes a number, and results.json names its version only.
func keep(dir string, f *results.File, revision string) ([]string, error) {
	host, err := readHost(dir, revision)
	if err != nil {
		return nil, err
	}
	ran := f.Machines()
	if host != nil && !slices.ContainsFunc(host.Machines, func(m metric.Machine) bool { return !slices.Contains(ran, m) }) {
		return nil, nil // nothing is there that this run did not measure itself
	}
	old, err := results.Read(filepath.Join(dir, results.JSONName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil: // half of a file, another schema: said, and replaced
		return []string{fmt.Sprintf("dropped from an earlier run: all of it: %v", err)}, nil
	}
	if host == nil {
		old.Provenance.Tool += " of another build"
	}
	return f.Keep(old), nil
}

// readHost is what a run noted beside its results; nil where another build of the
// tool did, or where the results are not as it left them.
func readHost(dir, revision string) (*host, error) {
	data, err := input.Read(filepath.Join(dir, hostName), results.MaxBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	h := new(host)
	if json.Unmarshal(data, h) != nil || h.Tool != revision {
		return nil, nil
	}
	digest, err := resultsDigest(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && digest != h.Results {
		return nil, nil
	}
	return h, err
}

// origin is what the figures beside a directory's results are drawn from.
func origin(dir string) (plots.Origin, error) {
	rev, err := revision()
	if err != nil {
		return plots.Origin{}, err
	}
	digest, err := resultsDigest(dir)
	return plots.Origin{Revision: rev, Data: digest}, err
}

func resultsDigest(dir string) (string, error) {
	data, err := input.Read(filepath.Join(dir, results.JSONName), results.MaxBytes)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// overBudget is an error when a number is over a budget of the profile.
func overBudget(p *profiles.Profile, f *results.File) error {
	over := gate.Over(f.Cases, report.Budgets(p))
	if len(over) == 0 {
		return nil
	}
	return status.Badf("%d numbers are over a budget of the profile; the first: %s in %s: %s", len(over), over[0].Case.Config, over[0].Case.Scenario, over[0])
}

// unheld says which budgets of the profile nothing was measured for.
func unheld(p *profiles.Profile, f *results.File) []string {
	var out []string
	for _, b := range gate.Unheld(f.Cases, report.Budgets(p)) {
		out = append(out, fmt.Sprintf("budget %s: no case has this number; another machine may (--machine all)", b.Metric))
	}
	return out
}
