package profiles

import (
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tlslab/core"
)

// portText returns all C code of the libraries' ports.
func portText(t *testing.T) string {
	t.Helper()
	files, err := core.PortFiles()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for name, text := range files {
		if folder, _, in := strings.Cut(name, "/"); in && files[folder+"/client.c"] != nil {
			b.Write(text)
		}
	}
	return b.String()
}

// TestAgreedBits: the features have exactly the bits that the ports know, each bit for one
// feature.
func TestAgreedBits(t *testing.T) {
	known := map[string]bool{}
	for _, m := range regexp.MustCompile(`\bAGREED_\w+ = (\d+)`).FindAllStringSubmatch(portText(t), -1) {
		known[m[1]] = true
	}
	all := map[string]string{}
	for _, x := range new(Features).rows() {
		bit := x.tag.Get("agreed")
		if bit == "" {
			continue
		}
		if n, err := strconv.ParseUint(bit, 10, 32); err != nil || n == 0 || n&(n-1) != 0 || all[bit] != "" {
			t.Errorf("%s: agreed %q: not a bit, or that of %s", x.key, bit, all[bit])
		}
		if all[bit] = x.key; !known[bit] {
			t.Errorf("%s: nothing in core/port knows the bit %s", x.key, bit)
		}
	}
	if len(known) != len(all) || len(all) == 0 {
		t.Errorf("core/port knows %d bits, the features have %d", len(known), len(all))
	}
}

func TestSwitchesAndAgreed(t *testing.T) {
	f := Features{ExtendedMasterSecret: true, TruncatedHMAC: true, RefuseLegacy: true, MaxFragmentB: 512}
	if got := strings.Join(f.Switches(), " "); got != "TLSLAB_TRUNC_HMAC TLSLAB_REFUSE_LEGACY" || f.Agreed() != 5 {
		t.Errorf("switches %s, agreed %d", got, f.Agreed())
	}
}

// TestMacrosAreLookedAt: for every feature with a macro, the port of some library tests
// the macro.
func TestMacrosAreLookedAt(t *testing.T) {
	text := portText(t)
	looked := 0
	look := func(macro string) {
		if macro == "" {
			return
		}
		if looked++; !strings.Contains(text, "defined("+macro+")") {
			t.Errorf("nothing in core/port looks at %s", macro)
		}
	}
	for _, x := range new(Features).rows() {
		look(x.tag.Get("macro"))
	}
	for typ, i := reflect.TypeFor[core.Features](), 0; i < typ.NumField(); i++ {
		look(typ.Field(i).Tag.Get("macro"))
	}
	if looked < 5 {
		t.Errorf("%d macros were looked for: there are more", looked)
	}
}

// notMeasured has the features that no row of a matrix uses, with the reason.
var notMeasured = map[string]string{
	"refuse_legacy": "bench/study/reject asks for it where it tries what a client accepts",
}

// TestFeaturesAreMeasured: every feature is in some row of a matrix and in the README.
func TestFeaturesAreMeasured(t *testing.T) {
	asked := map[string]bool{}
	for _, name := range MatrixNames() {
		all, err := loadMatrix(nil, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			for _, key := range s.Asked() {
				asked[key] = true
			}
		}
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range new(Features).rows() {
		if asked[x.key] == (notMeasured[x.key] != "") {
			t.Errorf("%s: asked for by a row of a matrix: %v; a reason why none does: %q", x.key, asked[x.key], notMeasured[x.key])
		}
		if !regexp.MustCompile(`\b` + x.key + `\b`).Match(readme) {
			t.Errorf("profiles/README.md does not name %s", x.key)
		}
	}
}
