package profiles

import (
	"tlslab/internal/input"
	"tlslab/profiles/dialect"
)

// Carried is the part of a profile that one configuration's jobs need, as data for another
// process. Nothing in it is a path.
type Carried struct {
	Compiler Compiler
	Memory   Memory
	Run      Run
	CAs      []CAFile
	Library  string   // the title of the dialect of the configuration's options
	Base     *Variant // the variant that the configuration is a variation of; nil: none
}

// CAFile is one of a profile's ca_files.
type CAFile struct {
	Path string // as messages name it
	Text []byte
}

// CAs returns the files that ca_files names, in the order of CAPaths.
func (p *Profile) CAs() ([]CAFile, error) {
	if p.carried != nil {
		return p.carried.CAs, nil
	}
	paths, err := p.CAPaths()
	if err != nil {
		return nil, err
	}
	var all []CAFile
	for _, path := range paths {
		text, err := input.Read(path, input.PEM)
		if err != nil {
			return nil, err
		}
		all = append(all, CAFile{path, text})
	}
	return all, nil
}

// Carry returns the profile as data for jobs of a variant.
func (p *Profile) Carry(v *Variant) (Carried, error) {
	c := Carried{Compiler: p.Compiler, Memory: p.Memory, Run: p.Run, Library: p.Dialect().Title}
	if v.Option != "" {
		if base, err := p.Config(v.Base); err == nil {
			c.Base = &base
		}
	}
	var err error
	c.CAs, err = p.CAs()
	return c, err
}

// Open returns the carried profile, as far as jobs depend on it, and completes a variant
// and a scenario that were carried with it. It is an error if this process does not have
// the library.
func (c Carried) Open(v Variant, s Scenario) (*Profile, Variant, *Scenario, error) {
	d, err := dialect.Named(c.Library)
	if err != nil {
		return nil, v, nil, err
	}
	v.Settings.dialect, s.dialect = d, d
	if c.Base != nil {
		base := *c.Base
		base.Settings.dialect = d
		c.Base = &base
	}
	return &Profile{Compiler: c.Compiler, Memory: c.Memory, Run: c.Run, dialect: d, carried: &c}, v, &s, nil
}
