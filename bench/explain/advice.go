// Package explain says what an error of Mbed TLS, a verify flag, an alert or an
// outcome of this lab means, where it comes from and which option to change.
// Meanings are read from the core's own headers (core.ErrorNames). Causes and
// remedies are data, in data/. It runs and measures nothing: what only a run
// can show, such as how many bytes are missing, is in bench/advice.
package explain

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"tlslab/internal/strict"
)

//go:embed data/*.toml data/*.txt
var files embed.FS

// Advice is our data on one word.
type Advice struct {
	Means   string            `toml:"means"`   // of the lab's own outcomes alone
	Causes  []string          `toml:"causes"`  // the usual first
	Do      []string          `toml:"do"`      // what helps that is no option
	Options map[string]string `toml:"options"` // what to do with an option, by its name without MBEDTLS_
	Manual  string            `toml:"manual"`  // the section of the RT-Thread manual that has it, "5.12.4"
}

// advice is all our data, by name without MBEDTLS_ERR_, MBEDTLS_ or the like.
var advice = sync.OnceValues(func() (map[string]Advice, error) {
	names, err := fs.Glob(files, "data/*.toml")
	if err != nil {
		return nil, err
	}
	all := map[string]Advice{}
	for _, file := range names {
		text, err := files.ReadFile(file)
		if err != nil {
			return nil, err
		}
		table, err := parse("bench/explain/"+file, text)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(table)) {
			if _, dup := all[name]; dup {
				return nil, fmt.Errorf("bench/explain/%s: %s: is in another file already", file, name)
			}
			all[name] = table[name]
		}
	}
	return all, nil
})

// parse decodes one file of advice.
func parse(file string, text []byte) (map[string]Advice, error) {
	var table map[string]Advice
	if err := strict.Unmarshal(file, text, &table); err != nil {
		return nil, err
	}
	for _, names := range slices.Sorted(maps.Keys(table)) {
		if len(table[names].Causes) == 0 {
			return nil, strict.Errorf(file, text, names, "no causes")
		}
		// One table may be about several words.
		for _, name := range strings.Fields(names) {
			if _, dup := table[name]; dup && name != names {
				return nil, strict.Errorf(file, text, names, "%s: has a table of its own", name)
			}
			table[name] = table[names]
		}
		if strings.Contains(names, " ") {
			delete(table, names)
		}
	}
	return table, nil
}
