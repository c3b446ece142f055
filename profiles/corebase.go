package profiles

import "fmt"

// CoreBase is the base of a config that starts from the core's own header, as
// its release comes: base = "core".
const CoreBase = "core"

// Core is a core's own configuration header: profiles knows no cores.
type Core struct {
	File   string // as errors name it
	Header []byte
}

// FromCore reports whether some config starts from the core's own header, or
// has a header that includes it: then UseCore has to be called before anything
// is rendered.
func (p *Profile) FromCore() bool {
	for _, o := range p.origins {
		if o.text == nil || o.partial {
			return true
		}
	}
	return false
}

// UseCore hands in the header of the core that is measured.
func (p *Profile) UseCore(core Core) error {
	for i := range p.Configs {
		o, there := p.origins[i]
		if !there {
			continue
		}
		var err error
		switch {
		case p.Configs[i].Base == CoreBase:
			o, err = readOrigin(p.Dialect(), core.File, core.Header, nil, &core)
		case o.partial:
			o, err = readOrigin(p.Dialect(), o.file, o.text, o.dirs, &core)
		}
		if err != nil {
			return err
		}
		p.origins[i] = o
	}
	return p.usable()
}

// whole is an error where the core's header has yet to come.
func (v *Variant) whole() error {
	if v.origin != nil && (v.origin.text == nil || v.origin.partial) {
		return fmt.Errorf("config %s: the core's own header was not handed in", v.Base)
	}
	return nil
}
