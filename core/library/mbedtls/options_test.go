package mbedtls

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tlslab/core/options"
)

// pinned is the catalogue of the pinned core.
func pinned(t *testing.T) *options.Catalogue {
	t.Helper()
	c, err := source(t, "mbedtls-2.28").Options()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestManual holds our data to the manual: so many rows has each of its tables
// (6.4.1 without the array of root certificates; those of one name in two
// tables once, where they are explained).
func TestManual(t *testing.T) {
	notes, err := loadNotes()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for name, n := range notes {
		rows[n.Table]++
		if n.Buys == "" {
			t.Errorf("%s: no word on what it is", name)
		}
		if n.Table != "" && n.Advice == "" {
			t.Errorf("%s: is in the manual's table %s, without its advice", name, n.Table)
		}
		if n.Min > n.Max {
			t.Errorf("%s: min %d above max %d", name, n.Min, n.Max)
		}
	}
	want := map[string]int{"6.4.1": 10, "6.4.2": 13, "6.4.3": 65, "6.4.4": 24, "6.4.5": 15, "6.4.6": 3, "6.4.7": 6}
	delete(rows, "")
	if !maps.Equal(rows, want) {
		t.Errorf("rows by table: %v, want %v", rows, want)
	}
}

// left are the families of the header's macros that our data leaves out, and why.
var left = []struct{ prefix, suffix, reason string }{
	{"", "_ALT", "the application's own code in place of the library's"},
	{"PLATFORM_STD_", "", "names of the platform's functions"},
	{"PLATFORM_", "_MACRO", "names of the platform's functions"},
	{"PSA_", "", "how keys are kept behind PSA Crypto"},
	{"TEST_", "", "for the library's own tests"},
	{"SSL_CID_", "", "sizes of DTLS connection identifiers"},
	{"", "_FILE", "names of headers"},
	{"HMAC_DRBG_", "", "bounds of requests, as CTR_DRBG's"},
	{"", "_TIMEOUT", "seconds, not bytes"},
	{"", "_LIFETIME", "seconds, not bytes"},
	{"", "_GRANULARITY", "padding of records that no scenario uses"},
	{"CHECK_RETURN", "", "an attribute of the compiler's"},
	{"HAVE_SSE2", "", "x86 alone"},
	{"TLS_EXT_CID", "", "a number of the protocol's"},
}

// TestBothDirections: whatever our data notes is in the core or known to be in
// another; whatever the core has is noted or of a family left out for a reason.
func TestBothDirections(t *testing.T) {
	c := pinned(t)
	for _, name := range c.Missing {
		if releases()[name] == "" {
			t.Errorf("%s: is in our data, not in Mbed TLS %s, and no release is known to have it", name, c.Version)
		}
	}
	used := map[int]bool{}
	for _, o := range c.Options() {
		if o.Noted {
			continue
		}
		short := strings.TrimPrefix(o.Name, "MBEDTLS_")
		i := slices.IndexFunc(left, func(l struct{ prefix, suffix, reason string }) bool {
			return strings.HasPrefix(short, l.prefix) && strings.HasSuffix(short, l.suffix)
		})
		if i < 0 {
			t.Errorf("%s: is in Mbed TLS %s, not in our data, and of no family that is left out", o.Name, c.Version)
		}
		used[i] = true
	}
	for i, l := range left {
		if !used[i] {
			t.Errorf("family %s...%s: has no member", l.prefix, l.suffix)
		}
	}
}

func TestHeaderOptions(t *testing.T) {
	c := pinned(t)
	for _, want := range []options.Option{
		{Name: "MBEDTLS_HAVE_TIME_DATE", Kind: options.Flag, On: true},
		{Name: "MBEDTLS_AES_ROM_TABLES", Kind: options.Flag},
		{Name: "MBEDTLS_MPI_WINDOW_SIZE", Kind: options.Number, Default: "2"},
		{Name: "MBEDTLS_SSL_MAX_CONTENT_LEN", Kind: options.Number, Default: "16384"},
		{Name: "MBEDTLS_SSL_CIPHERSUITES", Kind: options.Other},
	} {
		got, err := c.Find(want.Name)
		if err != nil {
			t.Fatal(err)
		}
		if got.Kind != want.Kind || got.On != want.On || want.Default != "" && got.Default != want.Default {
			t.Errorf("%s: kind %s, on %v, default %q; want %+v", want.Name, got.Kind, got.On, got.Default, want)
		}
		if got.Says == "" {
			t.Errorf("%s: without a sentence of the header's", want.Name)
		}
	}
	ctr, _ := c.Find("CTR_DRBG_C")
	if !strings.Contains(ctr.Requires, "MBEDTLS_AES_C") {
		t.Errorf("CTR_DRBG_C requires %q", ctr.Requires)
	}
}

// violated is the first rule a configuration violates, nil for none.
func violated(c *options.Catalogue, macros map[string]string) options.Rule {
	for _, r := range c.Rules("") {
		if is, known := r.Violated(macros); is && known {
			return r
		}
	}
	return nil
}

func TestMend(t *testing.T) {
	c := pinned(t)
	def := map[string]string{}
	for _, o := range c.Options() {
		if o.On {
			def[o.Name] = o.Default
		}
	}
	if r := violated(c, def); r != nil {
		t.Fatalf("the default violates %s: %s", r.At(), r.Message())
	}
	for _, test := range []struct {
		turn     string
		on       bool
		with     []string // some of what goes along
		alongOff bool
	}{
		{"RSA_C", false, []string{"KEY_EXCHANGE_RSA_ENABLED", "KEY_EXCHANGE_ECDHE_RSA_ENABLED"}, true},
		{"HAVE_TIME", false, []string{"HAVE_TIME_DATE"}, true},
		{"SSL_TRUNCATED_HMAC_COMPAT", true, nil, false},
		{"X509_RSASSA_PSS_SUPPORT", true, nil, false},
	} {
		macros, fixed := maps.Clone(def), map[string]bool{"MBEDTLS_" + test.turn: true}
		if test.on {
			macros["MBEDTLS_"+test.turn] = ""
		} else {
			delete(macros, "MBEDTLS_"+test.turn)
		}
		m, err := c.Mend(macros, fixed)
		if err != nil {
			t.Errorf("%s: %v", test.turn, err)
			continue
		}
		on, off := m.On, m.Off
		along := on
		if test.alongOff {
			along = off
		}
		for _, w := range test.with {
			if !slices.Contains(along, "MBEDTLS_"+w) {
				t.Errorf("%s: %s does not go along: on %v, off %v", test.turn, w, on, off)
			}
		}
		for _, n := range on {
			macros[n] = ""
		}
		for _, n := range off {
			delete(macros, n)
		}
		if r := violated(c, macros); r != nil {
			t.Errorf("%s: mended, and %s is violated: %s", test.turn, r.At(), r.Message())
		}
	}
	// What is turned on brings what it needs.
	m, err := c.Mend(map[string]string{"MBEDTLS_ECDSA_C": ""}, map[string]bool{"MBEDTLS_ECDSA_C": true})
	if err != nil || len(m.Off) > 0 || !slices.Contains(m.On, "MBEDTLS_ECP_C") || !slices.Contains(m.On, "MBEDTLS_BIGNUM_C") {
		t.Errorf("ECDSA_C alone: %+v, %v", m, err)
	}
}

func TestUnknown(t *testing.T) {
	c := pinned(t)
	var unknown *options.UnknownOptionError
	if _, err := c.Find("AES_ROM_TABLE"); !errors.As(err, &unknown) || !strings.Contains(err.Error(), "AES_ROM_TABLES") {
		t.Errorf("%v", err)
	}
	if _, err := c.Find("SSL_PROTO_TLS1_3"); !errors.As(err, &unknown) || unknown.Known == "" {
		t.Errorf("no release is named: %v", err)
	}
}

// TestReleases holds the releases to the header of the one that is here, in
// both directions.
func TestReleases(t *testing.T) {
	c := pinned(t)
	has := func(spans string) bool {
		return slices.ContainsFunc(strings.Split(spans, ", "), func(span string) bool {
			first, last, to := strings.Cut(span, " to ")
			if !to {
				last = first
			}
			return !older(t, c.Version, first) && !older(t, last, c.Version)
		})
	}
	for name, spans := range releases() {
		if name == "MBEDTLS_PARAM_FAILED" || name == "MBEDTLS_IGNORE_RETURN" {
			continue // macros with parameters
		}
		if _, err := c.Find(name); (err == nil) != has(spans) {
			t.Errorf("%s: %s have it, and Find says %v of %s", name, spans, err, c.Version)
		}
	}
	for _, o := range c.Options() {
		if releases()[o.Name] == "" {
			t.Errorf("%s: no release is known to have it", o.Name)
		}
	}
}

// older compares releases.
func older(t *testing.T, a, b string) bool {
	t.Helper()
	var n [2][3]int
	for i, v := range []string{a, b} {
		if _, err := fmt.Sscanf(v, "%d.%d.%d", &n[i][0], &n[i][1], &n[i][2]); err != nil {
			t.Fatalf("release %q: %v", v, err)
		}
	}
	return slices.Compare(n[0][:], n[1][:]) < 0
}

// TestNumbers: what is worth trying is in range, and so is the core's default.
func TestNumbers(t *testing.T) {
	c := pinned(t)
	notes, err := loadNotes()
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range notes {
		for _, v := range n.Try {
			if n.Max != 0 && (v < n.Min || v > n.Max) {
				t.Errorf("%s: %d is worth trying and not in %d..%d", name, v, n.Min, n.Max)
			}
		}
		o, err := c.Find(name)
		if err != nil || n.Max == 0 && len(n.Try) == 0 {
			continue
		}
		if o.Kind != options.Number {
			t.Errorf("%s: has numbers to try and is a %s", name, o.Kind)
		} else if err := c.Check(name, o.Default); err != nil {
			t.Errorf("the core's default: %v", err)
		}
	}
	for value, ok := range map[string]bool{"6": true, "0x6": true, "6u": true, "7": false, "0": false, "6x": false, "": false, "on": true, "off": true} {
		if err := c.Check("MPI_WINDOW_SIZE", value); (err == nil) != ok {
			t.Errorf("MPI_WINDOW_SIZE=%s: %v", value, err)
		}
	}
}

// What protects is named where it is lost: some in each direction, that
// searches rely on (a wrong direction would have them turn it the wrong way).
func TestDirections(t *testing.T) {
	c := pinned(t)
	for name, on := range map[string]bool{
		"HAVE_TIME_DATE": false, "X509_CHECK_KEY_USAGE": false, "X509_CHECK_EXTENDED_KEY_USAGE": false, "X509_CRL_PARSE_C": false,
		"SSL_ENCRYPT_THEN_MAC": false, "SSL_EXTENDED_MASTER_SECRET": false, "SSL_FALLBACK_SCSV": false, "ECDSA_DETERMINISTIC": false,
		"SSL_DTLS_ANTI_REPLAY": false, "SSL_CBC_RECORD_SPLITTING": false, "REMOVE_3DES_CIPHERSUITES": false, "REMOVE_ARC4_CIPHERSUITES": false,
		"ECP_NO_INTERNAL_RNG": true, "CTR_DRBG_USE_128_BIT_KEY": true, "SSL_RENEGOTIATION": true, "SSL_TRUNCATED_HMAC": true,
		"SSL_PROTO_SSL3": true, "SSL_PROTO_TLS1": true, "TLS_DEFAULT_ALLOW_SHA1_IN_KEY_EXCHANGE": true, "ARC4_C": true, "DES_C": true, "MD4_C": true,
	} {
		o, err := c.Find(name)
		if err != nil {
			t.Error(err)
		} else if on != (o.WeakensOn != "") || on == (o.Weakens != "") {
			t.Errorf("%s: weakens off %q, on %q", name, o.Weakens, o.WeakensOn)
		}
	}
}

// Every flag of the core's own configuration turned over is mended, and what
// goes along is less than TLS itself where it can be.
func TestMendEachFlag(t *testing.T) {
	c := pinned(t)
	def := map[string]string{}
	for _, o := range c.Options() {
		if o.On {
			def[o.Name] = o.Default
		}
	}
	mended := 0
	for _, o := range c.Options() {
		if o.Kind != options.Flag {
			continue
		}
		macros := maps.Clone(def)
		if delete(macros, o.Name); !o.On {
			macros[o.Name] = ""
		}
		m, err := c.Mend(macros, map[string]bool{o.Name: true})
		if err != nil {
			t.Errorf("%s: %v", o.Name, err)
			continue
		}
		on, off := m.On, m.Off
		for _, n := range on {
			macros[n] = ""
		}
		for _, n := range off {
			delete(macros, n)
		}
		if r := violated(c, macros); r != nil {
			t.Errorf("%s: mended, and %s is violated: %s", o.Name, r.At(), r.Message())
		}
		if len(on)+len(off) > 0 {
			mended++
		}
		if o.Name == "MBEDTLS_SSL_PROTO_TLS1_1" && slices.Contains(off, "MBEDTLS_SSL_TLS_C") {
			t.Errorf("%s: TLS goes along, where TLS 1.0 would do: %v", o.Name, off)
		}
	}
	if mended < 40 {
		t.Errorf("%d options needed others: too few to be true", mended)
	}
}

// TestLeast: a number grows for a curve that is turned on; a curve goes for a
// number that is lowered, and what then violates a rule is mended too.
func TestLeast(t *testing.T) {
	c := pinned(t)
	const bits = "MBEDTLS_ECP_MAX_BITS"
	curve := func(name string) string { return "MBEDTLS_ECP_DP_" + name + "_ENABLED" }
	base := func(value string, curves ...string) map[string]string {
		m := map[string]string{"MBEDTLS_ECP_C": "", "MBEDTLS_ECP_NO_INTERNAL_RNG": "", "MBEDTLS_BIGNUM_C": "", bits: value}
		for _, name := range curves {
			m[curve(name)] = ""
		}
		return m
	}
	for _, test := range []struct {
		name   string
		macros map[string]string
		fixed  []string
		want   options.Mended
		err    string
	}{
		{name: "it fits", macros: base("384", "SECP256R1", "SECP384R1"), fixed: []string{curve("SECP384R1")}},
		{name: "raised", macros: base("384", "SECP256R1", "SECP521R1"), fixed: []string{curve("SECP521R1")}, want: options.Mended{Raised: []options.Raised{{Name: bits, Value: 521}}}},
		{name: "raised to the largest", macros: base("256", "SECP384R1", "BP512R1", "CURVE448"), fixed: []string{curve("CURVE448")}, want: options.Mended{Raised: []options.Raised{{Name: bits, Value: 512}}}},
		{name: "lowered", macros: base("256", "SECP256R1", "SECP384R1", "BP384R1"), fixed: []string{bits}, want: options.Mended{Off: []string{curve("BP384R1"), curve("SECP384R1")}}},
		{name: "lowered below all", macros: base("256", "SECP384R1"), fixed: []string{bits}, want: options.Mended{Off: []string{curve("SECP384R1"), "MBEDTLS_ECP_C"}}},
		{name: "both fixed", macros: base("256", "SECP384R1"), fixed: []string{bits, curve("SECP384R1")},
			err: "MBEDTLS_ECP_MAX_BITS has to be at least 384 with MBEDTLS_ECP_DP_SECP384R1_ENABLED; fixed: both"},
		{name: "not set", macros: map[string]string{"MBEDTLS_ECP_C": "", "MBEDTLS_ECP_NO_INTERNAL_RNG": "", "MBEDTLS_BIGNUM_C": "", curve("SECP521R1"): ""}, fixed: []string{curve("SECP521R1")}},
		{name: "no number", macros: base("(256 + 8)", "SECP384R1"), fixed: []string{curve("SECP384R1")}},
	} {
		fixed := map[string]bool{}
		for _, n := range test.fixed {
			fixed[n] = true
		}
		before := maps.Clone(test.macros)
		m, err := c.Mend(test.macros, fixed)
		switch {
		case test.err != "":
			if err == nil || err.Error() != test.err {
				t.Errorf("%s: %v, want %s", test.name, err, test.err)
			}
		case err != nil || !reflect.DeepEqual(*m, test.want):
			t.Errorf("%s: %+v, %v; want %+v", test.name, m, err, test.want)
		}
		if !maps.Equal(before, test.macros) {
			t.Errorf("%s: it changed what it was given", test.name)
		}
	}
}

// TestLeastNames: what a number is for are options that the core has.
func TestLeastNames(t *testing.T) {
	c := pinned(t)
	n := 0
	for _, o := range c.Options() {
		for name, least := range o.Least {
			if n++; o.Kind != options.Number || least < o.Min || least > o.Max {
				t.Errorf("%s: least %d for %s: not a number of %d..%d", o.Name, least, name, o.Min, o.Max)
			}
			if _, err := c.Find(name); err != nil {
				t.Error(err)
			}
		}
	}
	if n < 10 {
		t.Errorf("%d options need a number: too few to be true", n)
	}
}
