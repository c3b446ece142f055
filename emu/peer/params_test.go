package peer

import (
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"tlslab/core"
)

// read takes a list of parameters apart.
func read(t *testing.T, b []byte) map[tag]string {
	t.Helper()
	word := func(at int) int { return int(binary.LittleEndian.Uint32(b[at:])) }
	if word(0) != paramsVersion {
		t.Fatalf("version %d", word(0))
	}
	all, at := map[tag]string{}, 4
	for ; tag(word(at)) != tagEnd; at += 8 + (word(at+4)/4+1)*4 {
		n := word(at + 4)
		all[tag(word(at))] = string(b[at+8 : at+8+n])
		if b[at+8+n] != 0 {
			t.Errorf("parameter %d has no NUL after it", word(at))
		}
	}
	if at+4 != len(b) {
		t.Errorf("ends at %d of %d bytes", at+4, len(b))
	}
	return all
}

func TestServerParams(t *testing.T) {
	p := ServerParams{Suite: 0xc02b, BodyBytes: 1024, Chain: []byte("chain"), Key: []byte("four"), PSK: []byte{1, 0}, PSKIdentity: []byte("id"), Version: 0x0301, Password: []byte("pass")}
	want := map[tag]string{tagSuite: "\x2b\xc0\x00\x00", tagBody: "\x00\x04\x00\x00", tagChain: "chain", tagKey: "four",
		tagPSK: "\x01\x00", tagPSKIdentity: "id", tagVersion: "\x01\x03\x00\x00", tagPassword: "pass",
		tagHead: "HTTP/1.0 200 OK\r\nServer: tlslab\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n"}
	if got := read(t, p.Encode()); !maps.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	p.DTLS = &core.DTLS{MTU: 1280, Cookie: true}
	if got := read(t, p.Encode()); got[tagDTLS] != string(p.DTLS.Encode()) {
		t.Errorf("settings of datagrams: %q", got[tagDTLS])
	}
	if got := read(t, (&ServerParams{}).Encode()); len(got) != 1 || got[tagHead] == "" {
		t.Errorf("nothing asked for is %v", got)
	}
}

// The tags are the numbers of port/params.h.
func TestTags(t *testing.T) {
	data, err := os.ReadFile("../../core/port/params.h")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^    PARAM_(\w+) = (\d+)`).FindAllSubmatch(data, -1) {
		got = append(got, fmt.Sprintf("%s=%s", m[1], m[2]))
	}
	var want []string
	for i, name := range []string{"END", "SUITE", "BODY", "GROUP", "CHAIN", "KEY", "PSK", "PSK_IDENTITY", "HEAD", "VERSION", "PASSWORD", "DTLS", "CLIENT_CA", "CLIENT_AUTH", "RESUME", "LIE", "SNI", "SNI_CHAIN", "ALPN", "AGREED", "MAX_FRAGMENT", "RENEGOTIATE"} {
		want = append(want, fmt.Sprintf("%s=%d", name, i))
	}
	if !slices.Equal(got, want) || tagRenegotiate != tag(len(want)-1) {
		t.Errorf("params.h has %q, Encode %q", got, want)
	}
}

// The lies are the numbers of port/mbedtls/server_lies.h.
func TestLies(t *testing.T) {
	data, err := os.ReadFile("../../core/port/mbedtls/server_lies.h")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^    LIE_(\w+) = (\d+)`).FindAllSubmatch(data, -1)
	byName := map[string]uint32{"SUITE": lies["server-unoffered-suite"], "EXTENSION": lies["server-unasked-extension"],
		"COMPRESSION": lies["server-compression"], "RENEGOTIATION": lies["server-legacy-renegotiation"]}
	for _, m := range found {
		if fmt.Sprint(byName[string(m[1])]) != string(m[2]) {
			t.Errorf("LIE_%s is %s, here %d", m[1], m[2], byName[string(m[1])])
		}
	}
	if len(found) != len(lies) || len(Lies()) != len(lies) {
		t.Errorf("server_lies.h has %d, there are %d", len(found), len(lies))
	}
	p := ServerParams{Lie: "server-compression"}
	if got := read(t, p.Encode()); got[tagLie] != "\x03\x00\x00\x00" {
		t.Errorf("a lie is %q", got[tagLie])
	}
}
