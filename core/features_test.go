package core

import (
	"os"
	"reflect"
	"regexp"
	"strconv"
	"testing"
)

// TestAgreedBits: the bits by which features are agreed on are those that the
// port knows, each once.
func TestAgreedBits(t *testing.T) {
	header, err := os.ReadFile("port/params.h")
	if err != nil {
		t.Fatal(err)
	}
	port := map[string]bool{}
	for _, m := range regexp.MustCompile(`\bAGREED_\w+ = (\d+)`).FindAllSubmatch(header, -1) {
		port[string(m[1])] = true
	}
	for typ, i := reflect.TypeFor[Features](), 0; i < typ.NumField(); i++ {
		if bit := typ.Field(i).Tag.Get("agreed"); bit != "" {
			if n, err := strconv.ParseUint(bit, 10, 32); err != nil || n == 0 || n&(n-1) != 0 || !port[bit] {
				t.Errorf("%s: agreed %s: not a bit of port/params.h, or another feature's too", typ.Field(i).Name, bit)
			}
			delete(port, bit)
		}
	}
	if len(port) > 0 {
		t.Errorf("port/params.h has bits that no feature has: %v", port)
	}
	f := Features{ExtendedMasterSecret: true, TruncatedHMAC: true}
	if f.Agreed() != 5 || f.None() || !(&Features{EncryptThenMAC: true}).None() || (&Features{ARC4: true}).None() {
		t.Errorf("agreed %d, none %v", f.Agreed(), f.None())
	}
}
