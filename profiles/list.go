package profiles

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"

	"tlslab/profiles/dialect"
)

// list is a base configuration: the macros it defines, in order.
type list []Macro

// otherLibraryError says that a base list has the options of another library than the core's.
type otherLibraryError struct{ what string }

func (e *otherLibraryError) Error() string { return e.what }

// parseList reads a base list: one macro a line, its value after a space
// where it has one, # comments and empty lines.
func parseList(d *Dialect, file string, data []byte) (list, error) {
	var l list
	at := map[string]int{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		name, value, _ := strings.Cut(text, " ")
		if err := checkOption(d, name); err != nil || !strings.HasPrefix(name, d.Prefix) {
			if other := dialect.Speaking(name); other != nil && other != d {
				return nil, &otherLibraryError{fmt.Sprintf("%s:%d: %s is an option of %s, but the core is %s: name a base list of its options, or base = %q", file, n, name, other.Title, d.Title, CoreBase)}
			}
			return nil, fmt.Errorf("%s:%d: %q: not a macro that begins with %s", file, n, name, d.Prefix)
		}
		if first := at[name]; first > 0 {
			return nil, fmt.Errorf("%s:%d: %s: is on line %d already", file, n, name, first)
		}
		at[name] = n
		m := Macro{Name: name, At: fmt.Sprintf("%s:%d", file, n)}
		if value = strings.TrimSpace(value); value != "" {
			v, err := toSetting(value)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %s: %w", file, n, name, err)
			}
			m.Value = v.value
		}
		l = append(l, m)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(l) == 0 {
		return nil, fmt.Errorf("%s: defines no macro", file)
	}
	return l, nil
}
