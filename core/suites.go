package core

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"tlslab/internal/input"
)

var suiteDefine = regexp.MustCompile(`^#define\s+MBEDTLS_(TLS(?:1_3_[A-Z0-9_]+|[A-Z0-9_]*_WITH_[A-Z0-9_]+))\s+(0x[0-9A-Fa-f]{1,4})\b`)

// Suite returns the IANA number of a cipher suite by Mbed TLS's name for it,
// "TLS-RSA-WITH-AES-256-CBC-SHA256", read from ssl_ciphersuites.h.
func (s *Source) Suite(name string) (uint32, error) {
	all, err := s.suites()
	if err != nil {
		return 0, fmt.Errorf("core: %w", err)
	}
	if v, ok := all[strings.ReplaceAll(name, "-", "_")]; ok {
		return v, nil
	}
	return 0, fmt.Errorf("suite %q: not a cipher suite of %s %s (ssl_ciphersuites.h)", name, s.Core, s.Version)
}

// suitesRead are the suites of trees that were read before, by digest: every case
// of a run asks.
var suitesRead sync.Map

// suites are the tree's suites by macro, without MBEDTLS_.
func (s *Source) suites() (map[string]uint32, error) {
	if all, ok := suitesRead.Load(s.Digest); ok && s.Digest != "" {
		return all.(map[string]uint32), nil
	}
	data, err := input.Read(filepath.Join(s.Dir, "include", "mbedtls", "ssl_ciphersuites.h"), input.Source)
	if err != nil {
		return nil, err
	}
	all := map[string]uint32{}
	for line := range defines(string(data)) {
		m := suiteDefine.FindStringSubmatch(line.text)
		if m == nil {
			continue
		}
		v, err := strconv.ParseUint(m[2], 0, 16)
		if err != nil {
			return nil, err
		}
		if _, ok := all[m[1]]; !ok {
			all[m[1]] = uint32(v)
		}
	}
	if s.Digest != "" {
		suitesRead.Store(s.Digest, all)
	}
	return all, nil
}

// Suites are the IANA numbers of a core's suites by Mbed TLS's names for them.
func (s *Source) Suites() (map[string]uint32, error) {
	all, err := s.suites()
	if err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	out := map[string]uint32{}
	for macro, n := range all {
		out[strings.ReplaceAll(macro, "_", "-")] = n
	}
	return out, nil
}
