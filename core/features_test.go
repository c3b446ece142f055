package core

import "testing"

func TestNone(t *testing.T) {
	for _, f := range []Features{{ARC4: true}, {Version: 0x300}, {Switches: []string{"TLSLAB_FALLBACK"}}, {Own: new(Identity)}} {
		if f.None() {
			t.Errorf("%+v asks for nothing", f)
		}
	}
	if f := (Features{Switches: []string{}}); !f.None() {
		t.Error("no switch is a feature")
	}
}
