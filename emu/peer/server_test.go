package peer

import (
	"encoding/binary"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tlslab/core"
)

func TestServerParams(t *testing.T) {
	p := ServerParams{Suite: 0xc02b, BodyBytes: 1024, ChainPEM: []byte("chain"), KeyPEM: []byte("key"), PSK: []byte{1, 0}, PSKIdentity: []byte("id")}
	const head = "HTTP/1.0 200 OK\r\nServer: tlslab\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n"
	want := ""
	for _, v := range []uint32{0xc02b, 1024, 0, 0, 5, 3, 2, 2, uint32(len(head))} {
		want += string(binary.LittleEndian.AppendUint32(nil, v))
	}
	want += "chain\x00key\x00\x01\x00\x00id\x00" + head + "\x00"
	if got := p.Encode(); string(got) != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	p.DTLS = &core.DTLS{MTU: 1280, Cookie: true}
	got := p.Encode()
	settings := p.DTLS.Encode()
	if words := binary.LittleEndian.Uint32(got[12:]); int(words) != len(settings) || string(got[len(want):]) != string(settings) {
		t.Errorf("settings of datagrams: length %d, last %q", words, got[len(want):])
	}
	empty := (&ServerParams{}).Encode()
	if got := string(empty[36:40]); got != "\x00\x00\x00\x00" {
		t.Errorf("empty parts are %q", got)
	}
}

// The words are the fields of struct params in port/server.c, in its order.
func TestServerParamsStruct(t *testing.T) {
	data, err := os.ReadFile("../../core/port/server.c")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?s)struct params \{(.*?)\n\};`).FindSubmatch(data)
	if m == nil {
		t.Fatal("no struct params in server.c")
	}
	var fields []string
	for _, f := range regexp.MustCompile(`(?m)^    (\w+) (\w+);`).FindAllSubmatch(m[1], -1) {
		if string(f[1]) != "uint32_t" {
			t.Errorf("%s is a %s", f[2], f[1])
		}
		fields = append(fields, string(f[2]))
	}
	want := []string{"suite", "body", "group", "dtls_len", "chain_len", "key_len", "psk_len", "identity_len", "head_len"}
	if !slices.Equal(fields, want) {
		t.Errorf("struct params has %q, Encode writes %q", fields, want)
	}
}

func TestServerSpec(t *testing.T) {
	src := &core.Source{}
	s := ServerSpec(src)
	if s.Source != src || s.Role != core.Server || s.Board != nil || s.StackBytes%16 != 0 {
		t.Errorf("spec %+v", s)
	}
	for _, undefined := range []string{"NET_C", "FS_IO", "DEBUG_C", "X509_CHECK_KEY_USAGE", "X509_CHECK_EXTENDED_KEY_USAGE"} {
		if !strings.Contains(string(s.Header), "#undef MBEDTLS_"+undefined+"\n") {
			t.Errorf("the reference server has %s", undefined)
		}
	}
}
