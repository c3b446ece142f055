package build

import (
	"os"
	"strings"

	"tlslab/core"
	"tlslab/core/image"
)

// originOf is where a unit's symbols are from.
func originOf(u unit) core.Origin {
	switch {
	case u.inCore:
		return core.Origin{Module: core.ModuleLibrary, File: u.name}
	case strings.HasPrefix(u.name, "libc/"):
		return core.Origin{Module: core.ModuleLibc, File: u.name}
	}
	return core.Origin{Module: core.ModulePort, File: u.name}
}

// origins say which unit each symbol of objects is from: they are the units' in
// the same order, whose symbols are read once.
func (b *Builder) origins(units []unit, objects []string) (map[string]core.Origin, error) {
	all := map[string]core.Origin{}
	for i, path := range objects {
		names, err := b.symbols(path)
		if err != nil {
			return nil, err
		}
		at := originOf(units[i])
		for _, name := range names {
			o, several := all[name]
			if !several {
				o = at
			} else if o.File != at.File {
				o.File = "" // static functions of one name
			}
			all[name] = o
		}
	}
	return all, nil
}

// symbols are an object's.
func (b *Builder) symbols(path string) ([]string, error) {
	if names, ok := b.symbolsOf.Load(path); ok {
		return names.([]string), nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	names, err := image.Symbols(data)
	if err != nil {
		return nil, err
	}
	b.symbolsOf.Store(path, names)
	return names, nil
}
