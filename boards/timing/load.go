package timing

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"strings"

	"tlslab/internal/strict"
)

//go:embed *.toml
var builtin embed.FS

// UnknownError is a model name that no file has.
type UnknownError = strict.UnknownError

// Names lists the models, sorted.
func Names() []string {
	files, err := builtin.ReadDir(".")
	if err != nil {
		panic(err) // the embedded file system always has its root
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".toml"))
	}
	return names
}

// Load returns a model. A name that is not among Names is an *UnknownError.
func Load(name string) (*Model, error) {
	data, err := builtin.ReadFile(name + ".toml")
	if err != nil {
		return nil, strict.Unknown("timing model", name, Names())
	}
	return decode("boards/timing/"+name+".toml", data, name)
}

// decode reads and checks one model's file; wantName is the name it must have.
func decode(file string, data []byte, wantName string) (*Model, error) {
	m := new(Model)
	if err := strict.Unmarshal(file, data, m); err != nil {
		return nil, err
	}
	if err := m.check(file, data, wantName); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	m.digest = hex.EncodeToString(sum[:])
	return m, nil
}
