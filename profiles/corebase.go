package profiles

import "fmt"

// CoreBase is the base of a config that starts from the core's own header, as
// its release comes: base = "core".
const CoreBase = "core"

// coreHeader is the core's own configuration header.
type coreHeader struct {
	file string // as errors name it
	text []byte
}

// FromCore reports whether some config starts from the core's own header: then
// UseCore has to be called before anything is rendered.
func (p *Profile) FromCore() bool {
	for i := range p.Configs {
		if p.Configs[i].Base == CoreBase {
			return true
		}
	}
	return false
}

// UseCore hands in the core's own configuration header: profiles knows no
// cores. file is what errors call it.
func (p *Profile) UseCore(file string, text []byte) error {
	p.core = &coreHeader{file, text}
	_, err := p.Expand()
	return err
}

// whole is an error where the core's header has yet to come.
func (v *Variant) whole() error {
	if v.core && v.header == nil {
		return fmt.Errorf("config %s: base \"%s\": the core's header was not handed in", v.Base, CoreBase)
	}
	return nil
}
