package scenario

import (
	"reflect"
	"testing"

	"tlslab/core"
	"tlslab/profiles"
)

// TestAskedByName: a feature of the programs that has no like-named one in a
// scenario is one that something else in the scenario asks for.
func TestAskedByName(t *testing.T) {
	others := map[string]string{
		"Version": "protocol", "ARC4": "suite", "Password": "password", "Own": "client_chain",
		"Verify": "crl, cert_profile", "ALPNAgreed": "alpn and server_alpn", "Switches": "every feature that has a macro",
	}
	scenario := reflect.TypeFor[profiles.Features]()
	for typ, i := reflect.TypeFor[core.Features](), 0; i < typ.NumField(); i++ {
		f := typ.Field(i)
		named, ok := scenario.FieldByName(f.Name)
		if ok == (others[f.Name] != "") {
			t.Errorf("%s: in a scenario by this name: %v; by another: %q", f.Name, ok, others[f.Name])
		}
		if ok && named.Type != f.Type {
			t.Errorf("%s: %v in a scenario, %v in the programs", f.Name, named.Type, f.Type)
		}
	}
	if got := asked(&profiles.Features{Resume: "id", ALPN: []string{"h2"}}); got.Resume != "id" || len(got.ALPN) != 1 {
		t.Errorf("%+v", got)
	}
}
