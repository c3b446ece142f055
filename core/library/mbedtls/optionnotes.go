package mbedtls

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"tlslab/core/options"
	"tlslab/internal/strict"
)

//go:embed data/*.toml
var data embed.FS

// loadNotes reads our data: options by name with MBEDTLS_.
var loadNotes = sync.OnceValues(func() (map[string]options.Note, error) {
	files, err := fs.Glob(data, "data/*.toml")
	if err != nil {
		return nil, err
	}
	notes := map[string]options.Note{}
	for _, file := range files {
		text, err := data.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if file == releasesFile {
			continue
		}
		var table map[string]options.Note
		if err := strict.Unmarshal("core/library/mbedtls/"+file, text, &table); err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(table)) {
			full := "MBEDTLS_" + name
			if _, dup := notes[full]; dup {
				return nil, fmt.Errorf("core/library/mbedtls/%s: %s: is in another file already", file, name)
			}
			notes[full] = table[name]
		}
	}
	return notes, nil
})

const releasesFile = "data/releases.toml"

// releases says which releases of Mbed TLS have an option, in words.
var releases = sync.OnceValue(func() map[string]string {
	text, err := data.ReadFile(releasesFile)
	if err != nil {
		return nil
	}
	var table map[string]string
	if err := strict.Unmarshal("core/library/mbedtls/"+releasesFile, text, &table); err != nil {
		panic(err) // compiled in: the tests find it
	}
	out := map[string]string{}
	for name, span := range table {
		out["MBEDTLS_"+name] = span
	}
	return out
})
