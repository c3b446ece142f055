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

// Dialect is of the library whose options the profile's configurations have: its
// core's; the default one of a nil Profile.
func (p *Profile) Dialect() *Dialect {
	if p == nil {
		return dialect.Default()
	}
	return spoken(p.dialect)
}

// Dialect is of the library that the scenario's needs are options of.
func (s *Scenario) Dialect() *Dialect { return spoken(s.dialect) }

// Dialect is of the library that the settings are of.
func (s *Settings) Dialect() *Dialect { return spoken(s.dialect) }

// spoken is a value's dialect: the default one where no profile gave it any.
func spoken(d *Dialect) *Dialect { return cmp.Or(d, dialect.Default()) }
