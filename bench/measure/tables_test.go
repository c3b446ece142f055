package measure

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/core/options"
	"tlslab/internal/strict"
	"tlslab/profiles"
)

// The manual's core: what its tables, key exchanges and versions are of.
const manualCore = "mbedtls-2.28"

// readTables reads data that is one table by name.
func readTables[V any](t *testing.T, pattern string) map[string]V {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(files), err)
	}
	all := map[string]V{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := strict.Unmarshal(file, text, &all); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// eachMeasured goes through every configuration that the built-in profiles of the manual's
// core measure, with its scenario.
func eachMeasured(t *testing.T, each func(s *profiles.Scenario, macros map[string]string)) {
	t.Helper()
	for _, name := range profiles.Names() {
		p, err := profiles.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Core != manualCore {
			continue
		}
		variants, err := p.Expand()
		if err != nil {
			t.Fatal(err)
		}
		for _, scenario := range p.Scenarios {
			s, err := profiles.LoadScenario(p, scenario)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range variants {
				all, _, err := profiles.Whole(v, s)
				if err != nil {
					t.Fatal(err)
				}
				macros := map[string]string{}
				for _, m := range all {
					macros[s.Dialect().Short(m.Name)] = "=" + m.Value
				}
				each(s, macros)
			}
		}
	}
}

// Every row of the manual's tables of options is measured in two states, on and
// off or with two values: by a scenario, a row of a matrix, an axis, or two
// configurations of a profile. testdata/tables.toml says which cannot be. A row
// added to core/options without one fails here.
func TestTablesAreMeasured(t *testing.T) {
	t.Parallel()
	rows := readTables[options.Note](t, "../../core/library/mbedtls/data/6.4.*.toml")
	reasons := readTables[string](t, "testdata/tables.toml")
	states := map[string]map[string]bool{}
	eachMeasured(t, func(_ *profiles.Scenario, macros map[string]string) {
		for row := range rows {
			if states[row] == nil {
				states[row] = map[string]bool{}
			}
			states[row][macros[row]] = true // "" where it is not defined
		}
	})
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		switch n, reason := len(states[row]), reasons[row]; {
		case n < 2 && reason == "":
			t.Errorf("%s (table %s): no profile of %s measures it in two states; add a row to profiles/matrix, an axis, or a reason to testdata/tables.toml", row, rows[row].Table, manualCore)
		case n >= 2 && reason != "":
			t.Errorf("%s: is measured in %d states; testdata/tables.toml says why it cannot be", row, n)
		}
	}
	for _, row := range slices.Sorted(maps.Keys(reasons)) {
		if _, ok := rows[row]; !ok {
			t.Errorf("testdata/tables.toml: %s is no row of the manual's tables", row)
		}
	}
	if len(rows) < 100 || len(reasons) > 10 {
		t.Errorf("%d rows, %d reasons", len(rows), len(reasons))
	}
}

// Every key exchange and version of the manual's tables connects in a scenario
// that speaks it.
func TestTablesAreSpoken(t *testing.T) {
	t.Parallel()
	rows := readTables[options.Note](t, "../../core/library/mbedtls/data/6.4.*.toml")
	spoken := map[string]bool{}
	eachMeasured(t, func(s *profiles.Scenario, macros map[string]string) {
		if s.Expect != "connected" {
			return
		}
		exchange, _, _ := strings.Cut(strings.TrimPrefix(s.Suite, "TLS-"), "-WITH-")
		spoken["KEY_EXCHANGE_"+strings.ReplaceAll(exchange, "-", "_")+"_ENABLED"] = true
		stream := strings.TrimPrefix(string(s.Protocol), "d")
		for protocol, option := range map[string]string{"ssl3": "SSL_PROTO_SSL3", "tls1.0": "SSL_PROTO_TLS1", "tls1.1": "SSL_PROTO_TLS1_1", "tls1.2": "SSL_PROTO_TLS1_2"} {
			if protocol == stream {
				if _, ok := macros[option]; !ok && !s.Datagram() {
					t.Errorf("scenario %s speaks %s without %s", s.Name, s.Protocol, option)
				}
				spoken[option] = true
			}
		}
		if s.Datagram() {
			spoken["SSL_PROTO_DTLS"] = true
		}
	})
	n := 0
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		if strings.HasPrefix(row, "KEY_EXCHANGE_") || strings.HasPrefix(row, "SSL_PROTO_") {
			n++
			if !spoken[row] {
				t.Errorf("%s (table %s): no scenario that connects speaks it", row, rows[row].Table)
			}
		}
	}
	if n < 10 {
		t.Errorf("%d key exchanges and versions in the tables", n)
	}
}
