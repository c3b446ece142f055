package dialect

import (
	"fmt"
	"strings"
)

var registered []*Dialect

// Register makes a library's dialect known. The dialect's package calls it when it is
// imported, as database drivers do.
func Register(d *Dialect) {
	for _, r := range registered {
		if r.CoreName() == d.CoreName() || r.Default && d.Default {
			panic("dialect: " + d.Title + " and " + r.Title + ": the same name, or two defaults")
		}
	}
	registered = append(registered, d)
}

// Default returns the dialect that is used if no core is named.
func Default() *Dialect {
	for _, r := range registered {
		if r.Default {
			return r
		}
	}
	panic("dialect: no library is registered: import tlslab/core/library")
}

// Of returns the dialect of a core, which is given as in profiles: for "mbedtls-2.28" by the
// name, for "dir:PATH" by the tree in that directory. An archive is not opened. Archives,
// unknown cores and "" have the default dialect.
func Of(core string) *Dialect {
	dir, isDir := strings.CutPrefix(core, "dir:")
	for _, r := range registered {
		if isDir && r.Found != nil && r.Found(dir) || !isDir && strings.HasPrefix(core, r.CoreName()+"-") {
			return r
		}
	}
	return Default()
}

// Named returns the dialect of the library with a title.
func Named(title string) (*Dialect, error) {
	for _, r := range registered {
		if r.Title == title {
			return r, nil
		}
	}
	return nil, fmt.Errorf("this program has no library %q", title)
}

// Speaking returns the dialect that an option's full name belongs to; nil if none.
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
