package mbedtls

import (
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"tlslab/core"
	"tlslab/internal/strict"
)

//go:embed support.toml
var supportText []byte

// supportFile is support.toml.
type supportFile struct {
	AsOf     string          `toml:"as_of"`
	Since    string          `toml:"since"`
	Source   string          `toml:"source"`
	Branch   []supportBranch `toml:"branch"`
	Advisory []advisory      `toml:"advisory"`
}

type supportBranch struct {
	Name   string `toml:"name"`  // "2.28"
	Until  string `toml:"until"` // one of the two, a month
	Ended  string `toml:"ended"`
	Source string `toml:"source"`
}

type advisory struct {
	ID       string      `toml:"id"`
	CVE      string      `toml:"cve"`
	Title    string      `toml:"title"`
	Severity string      `toml:"severity"`
	Affects  [][2]string `toml:"affects"` // first and last version of each range
	Source   string      `toml:"source"`  // of Affects
}

// Support is what upstream says of a version; nil for text that is no version.
func (Library) Support(version string) *core.Support {
	v, err := parseVersion(version)
	if err != nil {
		return nil
	}
	f, err := supportData()
	if err != nil {
		panic(err) // compiled in: the tests find it
	}
	s := &core.Support{AsOf: f.AsOf, Since: f.Since, Ended: core.Superseded}
	for _, b := range f.Branch {
		if strings.HasPrefix(version+".", b.Name+".") {
			s.Until, s.Ended = b.Until, b.Ended
		}
	}
	for _, a := range f.Advisory {
		for _, r := range a.Affects {
			first, _ := parseVersion(r[0]) // checked by supportData
			last, _ := parseVersion(r[1])
			if !v.less(first) && !last.less(v) {
				s.Advisories = append(s.Advisories, core.Advisory{ID: a.ID, CVE: a.CVE, Title: a.Title, Severity: a.Severity})
				break
			}
		}
	}
	return s
}

var supportData = sync.OnceValues(func() (*supportFile, error) { return readSupport(supportText) })

const supportName = "core/library/mbedtls/support.toml"

func readSupport(text []byte) (*supportFile, error) {
	var f supportFile
	if err := strict.Unmarshal(supportName, text, &f); err != nil {
		return nil, err
	}
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf(supportName+": "+format, args...))
	}
	for key, date := range map[string]string{"as_of": f.AsOf, "since": f.Since} {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			bad("%s: %q is no date", key, date)
		}
	}
	if f.Source == "" {
		bad("source: there is none")
	}
	for _, b := range f.Branch {
		if _, err := time.Parse("2006-01", b.Until+b.Ended); err != nil || b.Source == "" {
			bad("branch %s: wants a source, and a month in until or in ended", b.Name)
		}
	}
	seen := map[string]bool{}
	for _, a := range f.Advisory {
		if seen[a.ID] || a.ID == "" || a.Title == "" || a.Source == "" {
			bad("advisory %q: is there twice, or has no id, title or source", a.ID)
		}
		seen[a.ID] = true
		if a.Severity != "low" && a.Severity != "medium" && a.Severity != "high" {
			bad("advisory %s: severity %q", a.ID, a.Severity)
		}
		if len(a.Affects) == 0 {
			bad("advisory %s: affects no version", a.ID)
		}
		for _, r := range a.Affects {
			first, err1 := parseVersion(r[0])
			last, err2 := parseVersion(r[1])
			if err := errors.Join(err1, err2); err != nil {
				bad("advisory %s: %w", a.ID, err)
			} else if last.less(first) {
				bad("advisory %s: %s is before %s", a.ID, r[1], r[0])
			}
		}
	}
	return &f, errors.Join(errs...)
}

// A number is a version as three numbers, which compare in their order.
type number [3]int

func parseVersion(text string) (n number, err error) {
	parts := strings.Split(text, ".")
	if len(parts) != len(n) {
		return n, fmt.Errorf("%q is no version: want three numbers", text)
	}
	for i, p := range parts {
		if n[i], err = strconv.Atoi(p); err != nil || n[i] < 0 {
			return n, fmt.Errorf("%q is no version: want three numbers", text)
		}
	}
	return n, nil
}

func (n number) less(m number) bool {
	for i := range n {
		if n[i] != m[i] {
			return n[i] < m[i]
		}
	}
	return false
}
