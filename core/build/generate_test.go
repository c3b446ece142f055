package build

import (
	"bytes"
	"testing"

	"tlslab/core"
	"tlslab/internal/testutil"
)

func TestCString(t *testing.T) {
	for in, want := range map[string]string{
		"":                 `""`,
		"plain":            `"plain"`,
		"a\"b\\c":          `"a\"b\\c"`,
		"what??/":          `"what\077\077/"`,
		"\r\n\t":           `"\015\012\011"`,
		"\x001":            `"\0001"`,
		"é\xff\x7f":        `"\303\251\377\177"`,
		"GET / HTTP/1.0\r": `"GET / HTTP/1.0\015"`,
	} {
		if got := cString([]byte(in)); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

func TestCBytes(t *testing.T) {
	for in, want := range map[string]string{"": "0", "\x00": "0", "\x01\xff": "1,255"} {
		if got := cBytes([]byte(in)); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

func TestScenarioC(t *testing.T) {
	testutil.Golden(t, "testdata/scenario-pem.c", scenarioC(core.Material{Hostname: "localhost", Request: "GET / HTTP/1.0\r\n\r\n", Root: []byte("-----BEGIN\nabc?\n-----END\n")}, ""))
	testutil.Golden(t, "testdata/scenario-der.c", scenarioC(core.Material{Hostname: "h", Root: []byte{0x30, 0x82, 0}, RootIsDER: true}, ""))
	testutil.Golden(t, "testdata/scenario-psk.c", scenarioC(core.Material{PSK: []byte{1, 2, 0}, PSKIdentity: []byte("Client_identity")}, ""))
}

func TestOptionsC(t *testing.T) {
	testutil.Golden(t, "testdata/options.c", optionsC("#include CONFIG\n", []string{"MBEDTLS_AES_C", "MBEDTLS_MPI_MAX_SIZE"}, true))
	if got := optionsC("#include CONFIG\n", []string{"MBEDTLS_AES_C"}, false); bytes.Contains(got, []byte("AES_C")) {
		t.Errorf("a silent report names options:\n%s", got)
	}
}
