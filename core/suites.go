package core

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var suiteDefine = regexp.MustCompile(`(?m)^#define\s+MBEDTLS_(TLS(?:1_3_[A-Z0-9_]+|[A-Z0-9_]*_WITH_[A-Z0-9_]+))\s+(0x[0-9A-Fa-f]{1,4})\b`)

// Suite returns the IANA number of a cipher suite by Mbed TLS's name for it,
// "TLS-RSA-WITH-AES-256-CBC-SHA256", read from ssl_ciphersuites.h.
func (s *Source) Suite(name string) (uint32, error) {
	data, err := os.ReadFile(filepath.Join(s.Dir, "include", "mbedtls", "ssl_ciphersuites.h"))
	if err != nil {
		return 0, fmt.Errorf("core: %w", err)
	}
	macro := strings.ReplaceAll(name, "-", "_")
	for _, m := range suiteDefine.FindAllSubmatch(data, -1) {
		if string(m[1]) == macro {
			v, err := strconv.ParseUint(string(m[2]), 0, 16)
			return uint32(v), err
		}
	}
	return 0, fmt.Errorf("suite %q: not a cipher suite of %s %s (ssl_ciphersuites.h)", name, s.Core, s.Version)
}
