package compare

import (
	"maps"
	"slices"

	"tlslab/bench/results"
)

func phases(c *results.Case) map[string]map[string]int64 {
	m := make(map[string]map[string]int64, len(c.Phases))
	for _, p := range c.Phases {
		m[string(p.Name)] = p.Metrics
	}
	return m
}

// phaseOrder is the phases in order of execution, the old case's own first.
func phaseOrder(cases ...*results.Case) []string {
	var names []string
	for _, c := range cases {
		for _, p := range c.Phases {
			if !slices.Contains(names, string(p.Name)) {
				names = append(names, string(p.Name))
			}
		}
	}
	return names
}

func functions(c *results.Case) map[string]map[string]int64 {
	m := make(map[string]map[string]int64, len(c.Functions))
	for _, f := range c.Functions {
		m[f.Name] = f.Metrics
	}
	return m
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
