package mbedtls

import (
	"encoding/asn1"
	"maps"
	"strings"
	"testing"

	"tlslab/core/options"
)

// TestParts: which options a core's own tables ask for.
func TestParts(t *testing.T) {
	for _, pin := range pins {
		src := source(t, pin.Core)
		p, err := src.Parts()
		if err != nil {
			t.Fatal(err)
		}
		_, data, err := src.Header()
		if err != nil {
			t.Fatal(err)
		}
		whole, known := map[string]string{}, map[string]bool{}
		for _, m := range configLine.FindAllStringSubmatch(string(data), -1) {
			if known[m[2]] = true; m[1] == "" {
				whole[m[2]] = ""
			}
		}
		// The core's own configuration has each part; without one option it is
		// gone, and mending brings that option back.
		mended := func(r options.Rule, ok bool, without ...string) string {
			if absent, sure := r.Violated(whole); !ok || absent || !sure {
				t.Errorf("%s, %s: absent %v, sure %v, in the core's own configuration", pin.Core, r.Message(), absent, sure)
			}
			less := maps.Clone(whole)
			for _, w := range without {
				delete(less, "MBEDTLS_"+w)
			}
			if absent, _ := r.Violated(less); !absent {
				t.Errorf("%s, %s: there without %v", pin.Core, r.Message(), without)
			}
			catalogue, err := src.Options()
			if err != nil {
				t.Fatal(err)
			}
			on, _, err := catalogue.Library.Mend(append(p.Rules(), r), less, func(name string, on bool) bool { return on && known[name] })
			if err != nil {
				t.Error(err)
			}
			return strings.ReplaceAll(strings.Join(on, " "), "MBEDTLS_", "")
		}
		der := func(id ...int) []byte {
			der, err := asn1.Marshal(asn1.ObjectIdentifier(id))
			if err != nil {
				t.Fatal(err)
			}
			return der[2:]
		}
		curve, ok := p.OID(der(1, 3, 132, 0, 35))
		if got := mended(curve, ok, "ECP_DP_SECP521R1_ENABLED"); got != "ECP_DP_SECP521R1_ENABLED" {
			t.Errorf("%s, secp521r1: %s", pin.Core, got)
		}
		group, ok := p.Curve(24)
		if got := mended(group, ok, "ECP_DP_SECP384R1_ENABLED"); got != "ECP_DP_SECP384R1_ENABLED" {
			t.Errorf("%s, group 24: %s", pin.Core, got)
		}
		hash, ok := p.OID(der(1, 2, 840, 113549, 1, 1, 12))
		if got := mended(hash, ok, "SHA384_C", "SHA512_C"); got != "SHA512_C" && got != "SHA384_C" {
			t.Errorf("%s, sha384WithRSAEncryption: %s", pin.Core, got)
		}
		suite, ok := p.Suite("TLS-ECDHE-ECDSA-WITH-AES-256-GCM-SHA384")
		if got := mended(suite, ok, "GCM_C"); got != "GCM_C" {
			t.Errorf("%s, suite: %s", pin.Core, got)
		}
		key, ok := p.Key("RSA")
		if absent, _ := key.Violated(map[string]string{"MBEDTLS_PK_C": ""}); !ok || !absent {
			t.Errorf("%s, RSA keys are there without RSA_C", pin.Core)
		}
	}
}
