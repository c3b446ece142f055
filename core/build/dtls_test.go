package build

import (
	"encoding/binary"
	"os"
	"regexp"
	"strings"
	"testing"

	"tlslab/core"
)

// The words are the fields of struct dtls_settings in port/mbedtls/dtls.h, in its
// order; both ends read the same.
func TestDTLSSettings(t *testing.T) {
	data, err := os.ReadFile("../port/mbedtls/dtls.h")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?s)struct dtls_settings \{(.*?)\n\};`).FindSubmatch(data)
	if m == nil {
		t.Fatal("no struct dtls_settings in dtls.h")
	}
	var fields []string
	for _, f := range regexp.MustCompile(`(?m)^    uint32_t (\w+);`).FindAllSubmatch(m[1], -1) {
		fields = append(fields, string(f[1]))
	}
	want := "mtu timeout_min_ms timeout_max_ms badmac_limit cookie reconnect version answer_len cid_len"
	if got := strings.Join(fields, " "); got != want {
		t.Errorf("fields %s, Encode writes %s", got, want)
	}
	d := &core.DTLS{MTU: 1, TimeoutMinMS: 2, TimeoutMaxMS: 3, BadMACLimit: 4, Cookie: true, Version: 7, AnswerBytes: 8, CIDBytes: 9}
	b := d.Encode()
	for i, w := range []uint32{1, 2, 3, 4, 1, 0, 7, 8, 9} {
		if got := binary.LittleEndian.Uint32(b[4*i:]); got != w {
			t.Errorf("word %d is %d, want %d", i, got, w)
		}
	}
	if len(b) != 4*len(fields) {
		t.Errorf("%d bytes for %d fields", len(b), len(fields))
	}
	if c := string(scenarioC(core.Material{DTLS: d}, "")); !strings.HasSuffix(c, "#include \"dtls.h\"\nconst struct dtls_settings tlslab_dtls = {1,2,3,4,1,0,7,8,9};\n") {
		t.Errorf("scenario.c ends in %q", c[max(0, len(c)-120):])
	}
}
