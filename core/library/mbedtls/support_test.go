package mbedtls

import (
	"slices"
	"strings"
	"testing"

	"tlslab/core"
)

func TestSupport(t *testing.T) {
	for version, want := range map[string]string{
		"2.16.12": "end of life since 2021-12; ",
		"2.28.3":  "end of life since 2025-03; ",
		"2.27.0":  "superseded, not maintained; ",
		"3.5.2":   "superseded, not maintained; ",
		"3.6.6":   "maintained until 2027-03; ",
	} {
		s := Library{}.Support(version)
		if got := s.String(); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "(as of "+s.AsOf+")") {
			t.Errorf("%s: %s", version, got)
		}
	}
	if s := (Library{}).Support("3.6.6-dev"); s != nil {
		t.Errorf("3.6.6-dev is no release: %v", s)
	}
}

// TestAdvisories: a version is affected from the first to the last one of a range.
func TestAdvisories(t *testing.T) {
	for _, c := range []struct {
		cve, version string
		affected     bool
	}{
		{"CVE-2023-43615", "2.28.4", true}, {"CVE-2023-43615", "2.28.5", false},
		{"CVE-2023-43615", "3.4.1", true}, {"CVE-2023-43615", "3.5.0", false},
		{"CVE-2024-45158", "3.5.2", false}, {"CVE-2024-45158", "3.6.0", true}, {"CVE-2024-45158", "3.6.1", false},
		{"CVE-2025-27809", "2.28.3", true}, {"CVE-2025-27809", "3.6.6", false},
		{"CVE-2026-34872", "2.28.3", false}, {"CVE-2026-34872", "3.5.0", true}, {"CVE-2026-34872", "3.6.6", false},
		{"CVE-2026-50713", "2.28.3", false}, {"CVE-2026-50713", "3.6.6", true},
	} {
		has := slices.ContainsFunc(Library{}.Support(c.version).Advisories, func(a core.Advisory) bool { return a.CVE == c.cve })
		if has != c.affected {
			t.Errorf("%s affects %s: %v, want %v", c.cve, c.version, has, c.affected)
		}
	}
}

func TestSupportFileIsStrict(t *testing.T) {
	good := string(supportText)
	for what, change := range map[string][2]string{
		"as_of":       {`as_of  = "2026-08-20"`, `as_of = "August"`},
		"until":       {`until  = "2027-03"`, `until = "soon"`},
		"severity":    {`severity = "high"`, `severity = "grave"`},
		"no version":  {`"2.28.4"`, `"2.28"`},
		"is before":   {`["3.6.0", "3.6.0"]`, `["3.6.1", "3.6.0"]`},
		"no id":       {`id       = "2024-03"`, `id = ""`},
		"or source":   {`source   = "`, `source = "" # "`},
		"is not know": {"since ", "sense "},
	} {
		if _, err := readSupport([]byte(strings.Replace(good, change[0], change[1], 1))); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
