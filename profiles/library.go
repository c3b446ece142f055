package profiles

import (
	"cmp"

	"tlslab/profiles/dialect"
)

// Dialect is what profiles know of a TLS library.
type Dialect = dialect.Dialect

// Speller spells options: a Dialect, or a core's catalogue.
type Speller interface {
	Short(name string) string // as tables and variant names spell it
}

// Dialect returns the dialect of the profile's configurations, which is that of its core's
// library. A nil Profile has the default dialect.
func (p *Profile) Dialect() *Dialect {
	if p == nil {
		return dialect.Default()
	}
	return spoken(p.dialect)
}

// Dialect returns the dialect of the options in the scenario's needs.
func (s *Scenario) Dialect() *Dialect { return spoken(s.dialect) }

// Dialect returns the dialect of the settings' options.
func (s *Settings) Dialect() *Dialect { return spoken(s.dialect) }

// spoken returns a value's dialect: the default one if no profile has set it.
func spoken(d *Dialect) *Dialect { return cmp.Or(d, dialect.Default()) }
