// Package export writes a configuration in the formats of the systems that
// carry Mbed TLS, and says of each option what the format can't: the names each
// knows are data, read from the system's own Kconfig.
package export

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tlslab/profiles"
	"tlslab/profiles/strict"
)

//go:embed data/*.toml
var data embed.FS

// symbol is what an option is called in a format.
type symbol struct {
	Symbol string   `toml:"symbol"` // without CONFIG_
	Min    int64    `toml:"min"`    // of a number; both 0 where the format does not say
	Max    int64    `toml:"max"`
	With   []string `toml:"with"` // symbols to set beside it
}

// format is one way to write a configuration.
type format struct {
	head, off string // lines before, and how a symbol is written that is off
	rest      string // where what the format can't say goes
}

var formats = map[string]format{
	"kconfig": {"CONFIG_PKG_USING_MBEDTLS=y\n", "# CONFIG_%s is not set\n",
		"the package's ports/inc/tls_config.h"},
	"zephyr": {"CONFIG_MBEDTLS=y\nCONFIG_MBEDTLS_BUILTIN=y\nCONFIG_MBEDTLS_CFG_FILE=\"config-tls-generic.h\"\n", "CONFIG_%s=n\n",
		"a file of your own, by CONFIG_MBEDTLS_USER_CONFIG_ENABLE=y and CONFIG_MBEDTLS_USER_CONFIG_FILE"},
	"esp-idf": {"", "# CONFIG_%s is not set\n",
		"a header of your own, added to MBEDTLS_CONFIG_FILE's esp_config.h by the component's build"},
}

// Formats are the names of the formats: "header" and those with names of their own.
func Formats() []string { return []string{"header", "kconfig", "zephyr", "esp-idf"} }

// Write writes a configuration, macros in order, in a format other than
// header. unsaid are the macros that the format has no word for, or not this
// value; the text names them too, in comments.
func Write(name string, macros []profiles.Macro) (text []byte, unsaid []string, err error) {
	f, ok := formats[name]
	if !ok {
		return nil, nil, strict.Unknown("format", name, Formats())
	}
	raw, err := data.ReadFile("data/" + name + ".toml")
	if err != nil {
		return nil, nil, err
	}
	names := map[string]symbol{}
	if err := strict.Unmarshal("profiles/export/data/"+name+".toml", raw, &names); err != nil {
		return nil, nil, err
	}
	set := map[string]string{} // symbol -> value as written
	var order []string
	put := func(symbol, value string) {
		if _, there := set[symbol]; !there {
			order = append(order, symbol)
			set[symbol] = value
		}
	}
	on := map[string]bool{}
	for _, m := range macros {
		short := profiles.Short(m.Name)
		s, known := names[short]
		value, can := valueOf(m.Value, s)
		if !known || !can {
			line := "#define " + m.Name
			if m.Value != "" {
				line += " " + m.Value
			}
			if known {
				line += fmt.Sprintf(" (%s takes %d to %d)", s.Symbol, s.Min, s.Max)
			}
			unsaid = append(unsaid, line)
			continue
		}
		on[short] = true
		for _, w := range s.With {
			put(w, "y")
		}
		put(s.Symbol, value)
	}
	var b bytes.Buffer
	b.WriteString("# Written by tlslab.\n" + f.head)
	for _, s := range order {
		fmt.Fprintf(&b, "CONFIG_%s=%s\n", s, set[s])
	}
	for _, option := range sorted(names) { // what is off and could be on by default
		s := names[option]
		if _, there := set[s.Symbol]; !there && s.Min == 0 && !number(option) {
			fmt.Fprintf(&b, f.off, s.Symbol)
		}
	}
	if len(unsaid) > 0 {
		fmt.Fprintf(&b, "\n# What this format can't say; it goes into %s:\n", f.rest)
		for _, u := range unsaid {
			fmt.Fprintf(&b, "#   %s\n", u)
		}
	}
	return b.Bytes(), unsaid, nil
}

// valueOf is a macro's value as Kconfig writes it.
func valueOf(value string, s symbol) (string, bool) {
	if value == "" {
		return "y", true
	}
	n, err := strconv.ParseInt(strings.Trim(value, "()"), 0, 64)
	if err != nil || s.Min != s.Max && (n < s.Min || n > s.Max) {
		return "", false
	}
	return strconv.FormatInt(n, 10), true
}

// number says that an option has a value: it is never "off".
func number(option string) bool {
	return slices.ContainsFunc([]string{"_LEN", "_SIZE", "_TIMEOUT", "_ENTRIES"}, func(s string) bool { return strings.HasSuffix(option, s) })
}

func sorted(m map[string]symbol) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
