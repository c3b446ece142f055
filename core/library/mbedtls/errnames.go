package mbedtls

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"tlslab/core"
	"tlslab/internal/ctext"
	"tlslab/internal/input"
)

// errorNames gives Mbed TLS's own names to its error codes and X.509 flags,
// read from the source's headers.
type errorNames struct {
	codes map[uint32]string // positive code -> MBEDTLS_ERR_...
	flags []flagName        // in header order
	words []core.ErrorWord  // all there is, with the headers' own words
}

// lowLevel are the bits of a code that a low-level module sets (mbedtls/error.h).
const lowLevel = 0x7f

type flagName struct {
	bit  uint32
	name string
}

var (
	errorDefine = regexp.MustCompile(`^#define\s+(MBEDTLS_ERR_[A-Z0-9_]+)\s+-(0x[0-9A-Fa-f]{1,8})\b`)
	flagDefine  = regexp.MustCompile(`^#define\s+MBEDTLS_X509_(BAD(?:CERT|CRL)_[A-Z0-9_]+)\s+(0x[0-9A-Fa-f]{1,8})\b`)
)

// wordDefines are what a header's #define lines are tried with.
var wordDefines = []struct {
	define *regexp.Regexp
	kind   core.WordKind
}{{errorDefine, core.ErrorCode}, {flagDefine, core.VerifyFlag}, {alertDefine, core.AlertCode}, {psaDefine, core.PSAStatus}}

// ErrorNames reads the names from include/mbedtls/*.h.
func (t *tree) ErrorNames() (core.ErrorNames, error) {
	n := &errorNames{codes: map[uint32]string{}}
	files, _ := filepath.Glob(filepath.Join(t.dir, "include", "mbedtls", "*.h"))
	for _, f := range files {
		data, err := input.Read(f, input.Source)
		if err != nil {
			return nil, fmt.Errorf("core: %w", err)
		}
		n.read(filepath.Base(f), string(data))
	}
	for _, w := range n.words {
		switch w.Kind {
		case core.ErrorCode:
			if _, ok := n.codes[w.Value]; !ok {
				n.codes[w.Value] = w.Name
			}
		case core.VerifyFlag:
			n.flags = append(n.flags, flagName{w.Value, strings.TrimPrefix(w.Name, flagPrefix)})
		}
	}
	psa, err := input.Read(filepath.Join(t.dir, "include", "psa", "crypto_values.h"), input.Source)
	if err == nil { // releases before 2.19 have none
		n.read("crypto_values.h", string(psa))
	}
	n.words = sortWords(n.words)
	if len(n.codes) == 0 {
		return nil, fmt.Errorf("core: %s: no error codes in include/mbedtls", t.dir)
	}
	return n, nil
}

// read takes the words of one header.
func (n *errorNames) read(header, text string) {
	for line := range ctext.Defines(text) {
		for _, d := range wordDefines {
			m := d.define.FindStringSubmatchIndex(line.Text)
			if m == nil {
				continue
			}
			v, err := strconv.ParseUint(line.Text[m[4]:m[5]], 0, 32)
			if err != nil {
				continue
			}
			n.words = append(n.words, core.ErrorWord{Name: line.Text[m[2]:m[3]], Kind: d.kind, Value: uint32(v),
				Says: commentOf(text, line.At+m[0], line.At+m[1]), Header: header})
		}
	}
}

// Error names -ret: a high-level code, a low-level one, or their sum
// (mbedtls/error.h: low-level codes use the low 7 bits). An unknown code is
// given in hex.
func (n *errorNames) Error(code uint32) string {
	if name, ok := n.codes[code]; ok {
		return name
	}
	high, low := code&^lowLevel, code&lowLevel
	h, okh := n.codes[high]
	l, okl := n.codes[low]
	if okh && okl {
		return h + " + " + l
	}
	return fmt.Sprintf("-0x%04x", code)
}

// Flags names X.509 verify flags, joined by " + "; "" for none. Bits without
// a name are given in hex.
func (n *errorNames) Flags(flags uint32) string {
	var names []string
	for _, f := range n.flags {
		if flags&f.bit != 0 {
			names = append(names, f.name)
			flags &^= f.bit
		}
	}
	if flags != 0 {
		names = append(names, fmt.Sprintf("flags 0x%x", flags))
	}
	return strings.Join(names, " + ")
}
