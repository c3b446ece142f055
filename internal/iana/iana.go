// Package iana gives the registered names to the numbers that TLS puts on a wire:
// suites, groups, signature schemes, extensions and versions. It reads no message.
package iana

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// names.txt is IANA's "TLS Parameters" and "TLS ExtensionType Values" registries as
// Wireshark's tables have them, and the few that Mbed TLS made up itself; a test
// holds both against it, and -update writes it anew.
//
//go:embed names.txt
var text string

// kind is a registry.
type kind string

const (
	suite     kind = "suite"
	group     kind = "group"
	scheme    kind = "scheme"
	extension kind = "extension"
	alert     kind = "alert"
)

var tables = sync.OnceValue(func() map[kind]map[uint16]string {
	all := map[kind]map[uint16]string{}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] == "#" {
			continue
		}
		v, err := strconv.ParseUint(f[1], 0, 16)
		if err != nil {
			panic(err) // embedded
		}
		k := kind(f[0])
		if all[k] == nil {
			all[k] = map[uint16]string{}
		}
		all[k][uint16(v)] = f[2]
	}
	return all
})

// name is a number's name, and the number itself where it has none.
func name(k kind, v uint16) string {
	if n, ok := tables()[k][v]; ok {
		return n
	}
	if reserved(v) {
		return "GREASE"
	}
	return fmt.Sprintf("0x%04x", v)
}

// reserved says that a number is one of those that mean nothing, which clients
// send to keep servers used to the unknown (RFC 8701, 2).
func reserved(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// Suite is a cipher suite's number on the wire.
type Suite uint16

// Name returns the suite's registered name, or its number if it has none.
func (s Suite) Name() string { return name(suite, uint16(s)) }

// suites are the numbers of suites by their registered names, and by the names that
// RFC 6655 gave two of them, which IANA turned round. Of a name that a draft gave
// to a lower number first (ChaCha20: 0xcc13, RFC 7905: 0xcca8) it is the later one.
var suites = sync.OnceValue(func() map[string]Suite {
	all := map[string]Suite{}
	for number, name := range tables()[suite] {
		v := Suite(number)
		all[name] = max(all[name], v)
		turned := strings.Replace(name, "PSK_DHE", "DHE_PSK", 1)
		all[turned] = max(all[turned], v)
	}
	return all
})

// SuiteNamed is the number of a suite, by its registered name or by the one that
// scenarios have: "-" for "_", and "TLS1-3-" for "TLS_" where it is TLS 1.3's.
func SuiteNamed(name string) (Suite, bool) {
	name = strings.ReplaceAll(name, "-", "_")
	if rest, ok := strings.CutPrefix(name, "TLS1_3_"); ok {
		name = "TLS_" + rest
	}
	v, ok := suites()[name]
	return v, ok
}

// Group names a group or a curve (RFC 8446, 4.2.7).
func Group(v uint16) string { return name(group, v) }

// Extension names an extension of a hello.
func Extension(v uint16) string { return name(extension, v) }

// Alert names an alert (RFC 8446, 6).
func Alert(v byte) string {
	if n, ok := tables()[alert][uint16(v)]; ok {
		return n
	}
	return fmt.Sprintf("alert-%d", v)
}

// AlertNamed is the number of an alert, by its registered name.
func AlertNamed(name string) (byte, bool) {
	for v, n := range tables()[alert] {
		if n == name {
			return byte(v), true
		}
	}
	return 0, false
}

// Hashes and signatures of TLS 1.2 (RFC 5246, 7.4.1.4.1), where the two bytes are
// no scheme of TLS 1.3.
var (
	hashes     = []string{"none", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"}
	signatures = []string{"anonymous", "rsa", "dsa", "ecdsa"}
)

// Scheme names a signature scheme (RFC 8446, 4.2.3).
func Scheme(v uint16) string {
	n := name(scheme, v)
	if h, s := int(v>>8), int(v&0xff); strings.HasPrefix(n, "0x") && h < len(hashes) && s < len(signatures) {
		return signatures[s] + "_" + hashes[h]
	}
	return n
}

// versions as a hello has them (RFC 5246, E.1; RFC 8446, 4.1.2; RFC 6347, 4.1).
var versions = map[uint16]string{
	0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3",
	0xfeff: "DTLS 1.0", 0xfefd: "DTLS 1.2", 0xfefc: "DTLS 1.3",
}

// Version names a version.
func Version(v uint16) string {
	if n, ok := versions[v]; ok {
		return n
	}
	if reserved(v) {
		return "GREASE"
	}
	return fmt.Sprintf("version 0x%04x", v)
}

// Names are each number's name.
func Names(of func(uint16) string, values []uint16) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = of(v)
	}
	return out
}
