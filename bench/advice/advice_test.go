package advice

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/certs"
	"tlslab/core"
	"tlslab/core/library"
	"tlslab/emu/records"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// cores are what is known of each core that needs no --core.
func cores(t *testing.T) (all []*Core) {
	t.Helper()
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, pin := range library.Pins() {
		src, err := library.Resolve(context.Background(), pin.Core, &core.Cache{Dir: filepath.Join(user, "tlslab")}, func(s string) { t.Log(s) })
		if err != nil {
			testutil.Missing(t, err)
		}
		c, err := LoadCore(src)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// settingsOf are a core's own, without some options, with others.
func settingsOf(c *Core, without []string, with map[string]string) map[string]string {
	out := map[string]string{}
	for _, o := range c.options.Options() {
		if o.On {
			out[o.Name] = o.Default
		}
	}
	for _, w := range without {
		delete(out, c.options.Full(w))
	}
	for name, value := range with {
		out[c.options.Full(name)] = value
	}
	return out
}

func chain(t *testing.T, name, variant string) *certs.Chain {
	t.Helper()
	c, err := certs.Load(name, variant)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCandidates: what a run shows speaks for what mends it, and for nothing that
// is in force.
func TestCandidates(t *testing.T) {
	sha384, p521, rsa, own := chain(t, "rsa2048-sha384", ""), chain(t, "ecdsa-p521", ""), chain(t, "rsa2048", ""), chain(t, "rsa4096", "")
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range cores(t) {
		for name, x := range map[string]struct {
			e    Evidence
			want string // the first candidate; "" for none at all
		}{
			"a hash": {Evidence{Settings: settingsOf(c, []string{"SHA384_C", "SHA512_C"}, nil), Shown: sha384.ChainDER, Flags: []string{"BADCERT_CN_MISMATCH", "BADCERT_NOT_TRUSTED"}, Host: "tlslab.example"},
				map[bool]string{true: "SHA512_C=true", false: "SHA384_C=true"}[strings.HasPrefix(c.Version, "2.")]},
			"a curve":             {Evidence{Settings: settingsOf(c, []string{"ECP_DP_SECP521R1_ENABLED"}, nil), Shown: p521.ChainDER}, "ECP_DP_SECP521R1_ENABLED=true"},
			"a root's long key":   {Evidence{Settings: settingsOf(c, nil, map[string]string{"MPI_MAX_SIZE": "384"}), Roots: [][]byte{own.RootDER}, Phase: "parse-ca"}, "MPI_MAX_SIZE=512"},
			"its own long key":    {Evidence{Settings: settingsOf(c, nil, map[string]string{"MPI_MAX_SIZE": "384"}), Own: own.ChainDER, Phase: "parse-own"}, "MPI_MAX_SIZE=512"},
			"the same, with room": {Evidence{Settings: settingsOf(c, nil, map[string]string{"MPI_MAX_SIZE": "512"}), Own: own.ChainDER, Phase: "parse-own"}, ""},
			"PEM":                 {Evidence{Settings: settingsOf(c, []string{"PEM_PARSE_C"}, nil), Roots: [][]byte{rsa.RootDER}, PEM: true, Phase: "parse-ca"}, "PEM_PARSE_C=true"},
			"a long key":          {Evidence{Settings: settingsOf(c, nil, nil), PSKB: 48, Phase: "init"}, "PSK_MAX_LEN=48"},
			"a key that fits":     {Evidence{Settings: settingsOf(c, nil, map[string]string{"PSK_MAX_LEN": "48"}), PSKB: 48, Phase: "init"}, ""},
			"a long identity": {Evidence{Settings: settingsOf(c, nil, map[string]string{"SSL_OUT_CONTENT_LEN": "512", "SSL_IN_CONTENT_LEN": "512"}), PSKB: 16, IdentityB: 600, Phase: "init", Errors: []string{"MBEDTLS_ERR_SSL_BAD_INPUT_DATA"}},
				"SSL_OUT_CONTENT_LEN=16384, a heap of 1 048 576 B"},
			"a name":             {Evidence{Settings: settingsOf(c, nil, nil), Shown: rsa.ChainDER, Flags: []string{"BADCERT_CN_MISMATCH"}, Host: "192.0.2.1"}, "the name tlslab.example"},
			"the right name":     {Evidence{Settings: settingsOf(c, nil, nil), Shown: rsa.ChainDER, Flags: []string{"BADCERT_CN_MISMATCH"}, Host: "tlslab.example"}, ""},
			"a clock":            {Evidence{Settings: settingsOf(c, nil, nil), Shown: rsa.ChainDER, Flags: []string{"BADCERT_FUTURE"}, Now: at}, "the clock at 2026-01-01T00:00:00Z"},
			"a time that is out": {Evidence{Settings: settingsOf(c, nil, nil), Shown: chain(t, "rsa2048", "expired").ChainDER, Flags: []string{"BADCERT_EXPIRED"}, Now: at, DeviceNow: at}, ""},
			"heap":               {Evidence{Settings: settingsOf(c, nil, nil), Outcome: "out-of-heap:MBEDTLS_ERR_SSL_ALLOC_FAILED", HeapB: 6000}, "a heap of 1 048 576 B"},
		} {
			e := x.e
			got := ""
			if all := c.Candidates(&e); len(all) > 0 {
				got = all[0].Change.String()
			}
			if got != x.want {
				t.Errorf("Mbed TLS %s, %s: %q, want %q", c.Version, name, got, x.want)
			}
		}
	}
}

// TestRoot: a root of the right name is called another one only where its key did
// not make the signature.
func TestRoot(t *testing.T) {
	c := cores(t)[0]
	bad := chain(t, "rsa2048", "unknown-ca")
	e := &Evidence{Settings: settingsOf(c, nil, nil), Shown: bad.ChainDER, Roots: [][]byte{bad.RootDER}, Flags: []string{"BADCERT_NOT_TRUSTED"}}
	all := c.Candidates(e)
	if len(all) != 1 || !strings.HasPrefix(all[0].Change.String(), `the root "tlslab test intermediate RSA-2048"`) || strings.Contains(all[0].Why, "another key") {
		t.Errorf("%+v", all)
	}
	good := chain(t, "rsa2048", "")
	other, err := certs.OtherKeys(good.RootPEM)
	if err != nil {
		t.Fatal(err)
	}
	e.Shown, e.Roots = good.ChainDER, DERs(other)
	if all = c.Candidates(e); len(all) != 1 || !strings.Contains(all[0].Why, "with another key") {
		t.Errorf("%+v", all)
	}
	e.Roots = [][]byte{good.RootDER}
	if all = c.Candidates(e); len(all) != 0 {
		t.Errorf("the root is there: %+v", all)
	}
	e.Settings = settingsOf(c, []string{"SHA256_C"}, nil)
	e.Roots = DERs(other)
	for _, x := range c.Candidates(e) {
		if strings.Contains(x.Why, "another key") {
			t.Errorf("no key could be tried: %s", x.Why)
		}
	}
}

// TestFragments: a client whose ClientHello came in pieces is told so, where the core
// takes none.
func TestFragments(t *testing.T) {
	e := &Evidence{Serves: true, Seen: &records.Conversation{InFragments: true}}
	for _, c := range cores(t) {
		said := strings.Join(c.Words(e), "\n")
		if old := strings.HasPrefix(c.Version, "2."); old != strings.Contains(said, "came in fragments, which a server of Mbed TLS "+c.Version+" does not take") {
			t.Errorf("Mbed TLS %s: %q", c.Version, said)
		}
	}
}

// TestWords: what a peer wants is said; suites are not, once one is agreed.
func TestWords(t *testing.T) {
	c := cores(t)[0]
	refusal := []byte{21, 3, 3, 0, 2, 2, 40}
	hello := append([]byte{22, 3, 3, 0, 47, 1, 0, 0, 43, 3, 3}, make([]byte, 32)...)
	hello = append(hello, 0, 0, 4, 0xc0, 0x2b, 0xc0, 0x2f, 1, 0)
	seen := records.NewConversation(false)
	seen.Write(records.FromClient, hello)
	seen.Write(records.FromServer, refusal)
	e := &Evidence{Settings: settingsOf(c, nil, nil), Seen: seen}
	want := []string{"the server's alert is handshake_failure, after ClientHello", "the client offered TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256, TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256"}
	if got := c.Words(e); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	later := records.NewConversation(false)
	later.Write(records.FromClient, hello)
	answer := append([]byte{22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3}, make([]byte, 32)...)
	later.Write(records.FromServer, append(answer, 0, 0xc0, 0x2b, 0))
	later.Write(records.FromServer, refusal)
	e.Seen = later
	if got := c.Words(e); len(got) != 1 || strings.Contains(got[0], "suite") || !strings.Contains(got[0], "after ServerHello") {
		t.Errorf("%q", got)
	}
	http := records.NewConversation(false)
	http.Write(records.FromServer, []byte("HTTP/1.1 400"))
	e.Seen = http
	if got := c.Words(e); len(got) != 1 || !strings.Contains(got[0], `begins with "HTTP/1.1 400"`) {
		t.Errorf("%q", got)
	}
}

// TestSearch: whichever of the options that the manual's configuration leaves out
// is missing, the search finds it and nothing else, within its bound.
func TestSearch(t *testing.T) {
	c := cores(t)[0]
	p, err := profiles.LoadConfig("rtthread-optimised-2018", "")
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Config("")
	if err != nil {
		t.Fatal(err)
	}
	settings, err := profiles.Effective(v, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := &Evidence{Settings: settings, Outcome: "MBEDTLS_ERR_X"}
	off := c.defaults(e)
	r := rand.New(rand.NewPCG(1, 1))
	most := 0
	for range 5 {
		missing := off[r.IntN(len(off))]
		there := func(change Change) bool {
			with := c.applied(settings, change.Options, change.Along)
			value, on := with[c.options.Full(missing.Option)]
			return on == missing.On && (!on || value == missing.Value)
		}
		s := &Search{Core: c, Most: MostTries, Whole: true, Try: func(_ context.Context, change Change) (*Evidence, error) {
			after := *e
			after.Connected = there(change)
			return &after, nil
		}}
		found, err := s.Find(context.Background(), e)
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, s.Tries())
		if found == nil || len(found.Change.Options) != 1 || !there(found.Change) {
			t.Errorf("%v: %+v in %d tries", missing, found, s.Tries())
		}
	}
	t.Logf("one of %d options in %d tries at most", len(off), most)
}

// TestSearchBound: no more tries than allowed, and an error of the lab's ends it.
func TestSearchBound(t *testing.T) {
	c := cores(t)[0]
	e := &Evidence{Settings: settingsOf(c, []string{"GCM_C", "SHA512_C"}, nil), Outcome: "MBEDTLS_ERR_X", PSKB: 48}
	tries := 0
	s := &Search{Core: c, Most: MostDials, Whole: true, Try: func(context.Context, Change) (*Evidence, error) { tries++; return e, nil }}
	if found, err := s.Find(context.Background(), e); found != nil || err != nil || tries > MostDials {
		t.Errorf("%v, %v after %d", found, err, tries)
	}
	s.Try = func(context.Context, Change) (*Evidence, error) { return nil, fmt.Errorf("the disk is full") }
	if _, err := s.Find(context.Background(), e); err == nil {
		t.Error("the lab's error is lost")
	}
}

// TestNoBuild: a configuration that does not build shows nothing on the wire, and
// is searched for all the same.
func TestNoBuild(t *testing.T) {
	for _, c := range cores(t) {
		e := &Evidence{Settings: settingsOf(c, []string{"ECP_C"}, map[string]string{suitesOption: "MBEDTLS_TLS_RSA_WITH_AES_128_CBC_SHA"}), NoBuild: true, BuildSays: "MBEDTLS_ECDSA_C defined, but not all prerequisites",
			Outcome: "does-not-build", Suite: "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256", Needs: map[string]any{suitesOption: "MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECP_C": true}}
		s := &Search{Core: c, Most: MostTries, Whole: true, Try: func(_ context.Context, change Change) (*Evidence, error) {
			_, on := c.applied(e.Settings, change.Options, change.Along)["MBEDTLS_ECP_C"]
			return &Evidence{Connected: on, NoBuild: !on}, nil
		}}
		found, err := s.Find(context.Background(), e)
		if err != nil || found == nil || !slices.Contains(strings.Split(found.Change.String(), ", "), "ECP_C=true") {
			t.Errorf("Mbed TLS %s: %+v, %v", c.Version, found, err)
		}
	}
}

// TestLeast: of a group of options exactly those that are needed are left,
// whichever they are, and the search for them ends.
func TestLeast(t *testing.T) {
	c := cores(t)[0]
	var all []profiles.Change
	for _, name := range []string{"DEBUG_C", "SSL_ALPN", "SSL_SERVER_NAME_INDICATION", "SHA512_C", "VERSION_FEATURES", "BASE64_C"} {
		all = append(all, profiles.Change{Option: name, On: true})
	}
	settings := settingsOf(c, []string{"DEBUG_C", "SSL_ALPN", "SSL_SERVER_NAME_INDICATION", "VERSION_FEATURES"}, nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for needed := 1; needed < 1<<len(all); needed++ {
			has := func(options []profiles.Change) (set int) {
				for _, o := range options {
					set |= 1 << slices.IndexFunc(all, func(a profiles.Change) bool { return a.Option == o.Option })
				}
				return set
			}
			s := &Search{Core: c, Most: 1000, known: map[string]*Evidence{}, Try: func(_ context.Context, change Change) (*Evidence, error) {
				return &Evidence{Connected: has(change.Options)&needed == needed}, nil
			}}
			e := &Evidence{Settings: settings}
			f, err := s.least(context.Background(), e, Candidate{Change: Change{Options: all}}, &Evidence{Connected: true})
			if err != nil || f == nil || has(f.Change.Options) != needed {
				t.Errorf("needed %06b: %v, %v", needed, f, err)
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(testutil.Patience):
		t.Fatal("it does not end")
	}
}

// TestChains: what is wrong within a chain, and of a good one nothing.
func TestChains(t *testing.T) {
	for variant, want := range map[string]string{"": "", "path-length": "allows 0 CAs below it (pathLenConstraint), and the chain has 1",
		"bad-signature": `the signature of the certificate "tlslab.example" was not made with the key of`} {
		c := chain(t, "rsa2048", variant)
		got := pathTooLong(parsed(c.ChainDER), [][]byte{c.RootDER}) + wrongSignature(parsed(c.ChainDER))
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q", variant, got)
		}
	}
	// A root that is sent along is no CA below itself.
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root"}, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "leaf"}}
	var ders [][]byte
	for _, c := range []*x509.Certificate{leaf, root} {
		der, err := x509.CreateCertificate(crand.Reader, c, root, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		ders = append(ders, der)
	}
	if got := pathTooLong(parsed(ders), ders[1:]); got != "" {
		t.Errorf("with the root in the chain: %q", got)
	}
}
