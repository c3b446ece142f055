package mbedtls

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"tlslab/internal/ctext"
	"tlslab/internal/iana"
	"tlslab/internal/input"
)

var suiteDefine = regexp.MustCompile(`^#define\s+MBEDTLS_(TLS(?:1_3_[A-Z0-9_]+|[A-Z0-9_]*_WITH_[A-Z0-9_]+))\s+(0x[0-9A-Fa-f]{1,4})\b`)

// readSuites reads the tree's suites by macro, without MBEDTLS_.
func (t *tree) readSuites() (map[string]iana.Suite, error) {
	data, err := input.Read(filepath.Join(t.dir, "include", "mbedtls", "ssl_ciphersuites.h"), input.Source)
	if err != nil {
		return nil, err
	}
	all := map[string]iana.Suite{}
	for line := range ctext.Defines(string(data)) {
		m := suiteDefine.FindStringSubmatch(line.Text)
		if m == nil {
			continue
		}
		v, err := strconv.ParseUint(m[2], 0, 16)
		if err != nil {
			return nil, err
		}
		if _, ok := all[m[1]]; !ok {
			all[m[1]] = iana.Suite(v)
		}
	}
	return all, nil
}

// Suites are the IANA numbers of a core's suites by Mbed TLS's names for them.
func (t *tree) Suites() (map[string]iana.Suite, error) {
	all, err := t.suites()
	if err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	out := map[string]iana.Suite{}
	for macro, n := range all {
		out[strings.ReplaceAll(macro, "_", "-")] = n
	}
	return out, nil
}
