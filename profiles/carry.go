package profiles

import "tlslab/internal/input"

// Carried is what a profile says of one configuration's jobs as data, for another
// process: nothing in it is a path.
type Carried struct {
	Compiler Compiler
	Memory   Memory
	Run      Run
	CAs      []CAFile
	Base     *Variant // that the configuration is a variation of; nil: of none
}

// CAFile is one of a profile's ca_files.
type CAFile struct {
	Path string // as messages name it
	Text []byte
}

// caMost bounds a CA file, bytes, as certs does.
const caMost = 4 << 20

// CAs are the files that ca_files names, in the order of CAPaths.
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
		text, err := input.Read(path, caMost)
		if err != nil {
			return nil, err
		}
		all = append(all, CAFile{path, text})
	}
	return all, nil
}

// Carry is the profile as data for jobs of a variant.
func (p *Profile) Carry(v *Variant) (Carried, error) {
	c := Carried{Compiler: p.Compiler, Memory: p.Memory, Run: p.Run}
	if v.Option != "" {
		if base, err := p.Config(v.Base); err == nil {
			c.Base = &base
		}
	}
	var err error
	c.CAs, err = p.CAs()
	return c, err
}

// Profile is the profile that was carried, as far as jobs depend on it.
func (c Carried) Profile() *Profile {
	return &Profile{Compiler: c.Compiler, Memory: c.Memory, Run: c.Run, carried: &c}
}
