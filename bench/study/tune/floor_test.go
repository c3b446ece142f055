package tune

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/labtest"
	"tlslab/core/options"
	"tlslab/profiles"
)

// TestBisectedAreBounds: a number that a search lowers to the least that works
// for its scenarios is one that another server may need to be greater, so the
// catalogue says what it bounds.
func TestBisectedAreBounds(t *testing.T) {
	t.Parallel()
	cat := catalogue(t)
	for name := range bisected {
		if o, err := cat.Find(name); err == nil && o.Bounds == "" {
			t.Errorf("%s: the search lowers it, and the catalogue does not say what it bounds", name)
		}
	}
	for _, o := range cat.Options() {
		if o.Bounds != "" && (o.Kind != options.Number || o.Max == 0) {
			t.Errorf("%s: has bounds %q and is no bounded number", o.Name, o.Bounds)
		}
	}
}

// TestRaised: the floor brings what it depends on, and says so; what the start
// has already is not told.
func TestRaised(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, base string
		unset      []string
		floor      string
		want       []string // beginnings of what is told
		on         []string
	}{
		{"no clock", "rtthread-optimised-2018", []string{"HAVE_TIME"}, FloorStrict,
			[]string{"HAVE_TIME_DATE on: the floor refuses expired", "X509_CHECK_KEY_USAGE on", "X509_CHECK_EXTENDED_KEY_USAGE on", "HAVE_TIME on: the core's rules demand it"},
			[]string{"HAVE_TIME", "HAVE_TIME_DATE"}},
		{"a clock", "rtthread-optimised-2018", nil, FloorStrict,
			[]string{"HAVE_TIME_DATE on", "X509_CHECK_KEY_USAGE on", "X509_CHECK_EXTENDED_KEY_USAGE on"}, []string{"HAVE_TIME", "HAVE_TIME_DATE"}},
		{"the manual's floor", "rtthread-optimised-2018", []string{"HAVE_TIME"}, FloorManual, nil, nil},
		{"an unrelated rule", profiles.CoreBase, []string{"HAVE_ASM"}, FloorStrict, []string{"PADLOCK_C off: the core's rules demand it"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			tl := newTestTune(t, c.base, c.unset)
			tl.Refuse = FloorChecks(c.floor)
			start, err := tl.Raised(Point{ARM: "-O2", CA: "pem"})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.want {
				if !slices.ContainsFunc(tl.RaisedFor, func(line string) bool { return strings.HasPrefix(line, want) }) {
					t.Errorf("%d: %q is not told: %q", i, want, tl.RaisedFor)
				}
			}
			if len(c.want) != len(tl.RaisedFor) {
				t.Errorf("told %q, want %d lines", tl.RaisedFor, len(c.want))
			}
			macros := tl.macros(start)
			for _, name := range c.on {
				if _, on := macros[name]; !on {
					t.Errorf("%s is off", name)
				}
			}
			full := map[string]string{}
			for name, value := range macros {
				full[tl.Catalogue.Full(name)] = value
			}
			if mended, err := tl.Catalogue.Mend(full, nil); err != nil || len(mended.On)+len(mended.Off) > 0 {
				t.Errorf("the core's rules still demand %+v, %v", mended, err)
			}
		})
	}
}

// TestUnshown: what a search turned off without a scenario that could need it is
// told with what would ask for it; what no server can want is not.
func TestUnshown(t *testing.T) {
	t.Parallel()
	tl := newTestTune(t, profiles.CoreBase, nil)
	start := Point{ARM: "-O2", CA: "pem"}
	chosen := start.With([]profiles.Change{
		{Option: "SSL_SERVER_NAME_INDICATION"}, {Option: "CAMELLIA_C"}, {Option: "ECP_DP_BP256R1_ENABLED"}, {Option: "SELF_TEST"}, {Option: "SHA256_SMALLER", On: true},
		{Option: "SSL_IN_CONTENT_LEN", On: true, Value: "1712"}, {Option: "X509_MAX_INTERMEDIATE_CA", On: true, Value: "1"}, {Option: "MPI_WINDOW_SIZE", On: true, Value: "1"},
	})
	want := map[string]string{
		"SSL_SERVER_NAME_INDICATION off": "sni = true", "CAMELLIA_C off": "suite with CAMELLIA", "ECP_DP_BP256R1_ENABLED off": "a chain or a server on bp256r1",
		"SSL_IN_CONTENT_LEN 16384 -> 1712": "records received", "X509_MAX_INTERMEDIATE_CA 8 -> 1": "length of a chain",
	}
	for _, u := range tl.unshown(start, chosen) {
		key := u.Option + " " + u.Change
		if asks, ok := want[key]; !ok || !strings.HasPrefix(u.Asks, asks) {
			t.Errorf("told %s: %s", key, u.Asks)
		}
		delete(want, key)
	}
	if len(want) > 0 {
		t.Errorf("not told: %v", want)
	}
	if got := tl.unshown(start, start); got != nil {
		t.Errorf("nothing changed, and %v is told", got)
	}
}

func catalogue(t *testing.T) *options.Catalogue {
	t.Helper()
	cat, err := labtest.Source(t).Options()
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// newTestTune prepares a configuration for a search that measures nothing.
func newTestTune(t *testing.T, base string, unset []string) *Trials {
	t.Helper()
	cat := catalogue(t)
	file := filepath.Join(t.TempDir(), "p.toml")
	text := fmt.Sprintf("name = \"p\"\nboard = \"imxrt1052\"\nscenarios = [\"rsa-aes256-cbc-sha256\"]\n"+
		"[memory]\nheap_bytes = 65536\nstack_bytes = 16384\n[[config]]\nname = \"c\"\nbase = %q\n", base)
	if len(unset) > 0 {
		text += fmt.Sprintf("unset = [%q]\n", unset[0])
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Load(file)
	if err == nil && p.FromCore() {
		var header []byte
		if _, header, err = labtest.Source(t).Header(); err == nil {
			err = p.UseCore(profiles.Core{File: "core", Header: header})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	config, err := p.Config("")
	if err != nil {
		t.Fatal(err)
	}
	lab, err := NewTrials(nil, p, config)
	if err != nil {
		t.Fatal(err)
	}
	lab.Catalogue, lab.Asked.Floor = cat, FloorStrict
	return lab
}
