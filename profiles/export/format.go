package export

import (
	"embed"
	"slices"

	"tlslab/internal/strict"
)

//go:embed data/*.toml
var data embed.FS

// Kinds of a symbol; "" is a bool for an option without a value.
const (
	kindInt = "int"
	kindBit = "bit" // a bool for an option that is 0 or 1
)

// format is one way to write a configuration; symbols are without CONFIG_.
type format struct {
	Source string            `toml:"source"` // where the names are from
	Fixed  []string          `toml:"fixed"`  // lines that every configuration has
	Off    string            `toml:"off"`    // how a bool that is off is written, %s for its name
	Rest   string            `toml:"rest"`   // where what the format can't say goes
	Option map[string]symbol `toml:"option"` // by options without MBEDTLS_
	Brings map[string]bring  `toml:"brings"` // options that the system's header defines of itself
	Choice []choice          `toml:"choice"`
}

// symbol is what an option is called.
type symbol struct {
	Symbol string   `toml:"symbol"`
	Kind   string   `toml:"kind"`
	Min    int64    `toml:"min"` // of an int; both 0 where the system does not say
	Max    int64    `toml:"max"`
	With   []string `toml:"with"`    // symbols to set beside it
	SameAs string   `toml:"same_as"` // the option that the symbol is for too
}

// bring is when the system's header defines an option.
type bring struct {
	Always bool     `toml:"always"`
	By     []string `toml:"by"` // where one of these is on
}

// choice is one symbol for two options.
type choice struct {
	First      string `toml:"first"`
	Second     string `toml:"second"`
	Both       string `toml:"both"`
	OnlyFirst  string `toml:"only_first"`
	OnlySecond string `toml:"only_second"`
	None       string `toml:"none"`
}

func load(name string) (*format, error) {
	if !slices.Contains(Formats(), name) || name == "header" {
		return nil, strict.Unknown("format", name, Formats())
	}
	file := "data/" + name + ".toml"
	raw, err := data.ReadFile(file)
	if err != nil {
		return nil, err
	}
	f := new(format)
	return f, strict.Unmarshal("profiles/export/"+file, raw, f)
}
