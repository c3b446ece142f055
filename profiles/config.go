package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// LoadConfig reads a configuration that no profile names: a header (.h), a list
// of macros (.txt), or a built-in list by its name.
func LoadConfig(ref string) (Variant, error) {
	name := strings.TrimSuffix(filepath.Base(ref), filepath.Ext(ref))
	v := Variant{Name: name, Base: name}
	if !strings.HasSuffix(ref, ".h") {
		p := &Profile{Dir: "."}
		l, err := p.readList(ref)
		v.Settings.list = append(v.Settings.list, l...)
		return v, err
	}
	header, err := os.ReadFile(ref)
	if err != nil {
		return v, fmt.Errorf("configuration: %w", err)
	}
	if err := checkHeader(ref, header, filepath.Dir(ref)); err != nil {
		return v, err
	}
	v.header = header
	v.Settings.list = append(v.Settings.list, macroList(header)...)
	return v, v.Settings.suit(ref, header)
}
