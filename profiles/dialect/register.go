package dialect

import (
	"fmt"
	"strings"
)

var registered []*Dialect

// Register makes a library's dialect known. Its package does so when it is imported,
// as a database's driver does.
func Register(d *Dialect) {
	for _, r := range registered {
		if r.CoreName() == d.CoreName() || r.Default && d.Default {
			panic("dialect: " + d.Title + " and " + r.Title + ": two of one name, or two defaults")
		}
	}
	registered = append(registered, d)
}

// Default is the dialect of what names no core.
func Default() *Dialect {
	for _, r := range registered {
		if r.Default {
			return r
		}
	}
	panic("dialect: no library is registered: import tlslab/core/library")
}

// Of is the dialect of a core as profiles name it: "mbedtls-2.28" by its name,
// "dir:PATH" by the tree that is there. An archive is not opened: it, an unknown
// core and "" have the default dialect.
func Of(core string) *Dialect {
	dir, isDir := strings.CutPrefix(core, "dir:")
	for _, r := range registered {
		if isDir && r.Found != nil && r.Found(dir) || !isDir && strings.HasPrefix(core, r.CoreName()+"-") {
			return r
		}
	}
	return Default()
}

// Named is the dialect of the library with a title.
func Named(title string) (*Dialect, error) {
	for _, r := range registered {
		if r.Title == title {
			return r, nil
		}
	}
	return nil, fmt.Errorf("no library %q here", title)
}

// Speaking is the dialect that an option's whole name is of; nil where it is of none.
func Speaking(option string) *Dialect {
	for _, r := range registered {
		if strings.HasPrefix(option, r.Prefix) {
			return r
		}
	}
	return nil
}

// CoreName is what the names of the library's cores begin with, before a hyphen and
// the version: "mbedtls".
func (d *Dialect) CoreName() string { return strings.ReplaceAll(strings.ToLower(d.Title), " ", "") }

// Full is an option's name as headers spell it.
func (d *Dialect) Full(name string) string { return d.Prefix + d.Short(name) }

// Short is an option's name as tables and variant names spell it.
func (d *Dialect) Short(name string) string { return strings.TrimPrefix(name, d.Prefix) }
