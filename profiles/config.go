package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tlslab/profiles/dialect"
)

// FromHeader says that a variant starts from a header, the user's own or the
// core's, and not from a list of macros.
func (v *Variant) FromHeader() bool { return v.origin != nil }

// LoadConfig reads a configuration that no profile names, as a profile with
// this one config: a header (.h), a list of macros (.txt), a built-in list by
// its name, or the core's own header (CoreBase). It can be shown, compared and
// exported, not measured: it has no board. It is read as a configuration for a
// core; "" is the default library's core.
func LoadConfig(ref, core string) (*Profile, error) {
	name := strings.TrimSuffix(filepath.Base(ref), filepath.Ext(ref))
	p := &Profile{Name: name, Dir: ".", file: ref, dialect: dialect.Of(core), Configs: []Config{{Name: name}}}
	c := &p.Configs[0]
	if c.Base = ref; strings.HasSuffix(ref, ".h") {
		c.Base, c.Header = "", ref
	}
	if c.Header != "" || ref == CoreBase {
		if _, err := os.Stat(ref); err != nil && ref != CoreBase {
			return nil, fmt.Errorf("configuration: %w", err)
		}
		o, err := p.readHeader(0)
		if err != nil {
			return nil, err
		}
		p.origins = map[int]*origin{0: o}
	} else {
		l, err := p.readList(ref)
		if err != nil {
			return nil, fmt.Errorf("configuration: %w", err)
		}
		p.lists = map[string]list{ref: l}
	}
	return p, p.usable()
}
