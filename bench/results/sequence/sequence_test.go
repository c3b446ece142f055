package sequence

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tlslab/internal/metric"
	"tlslab/internal/testutil"
)

// file has every kind of row.
func file() *File {
	step := func(phase metric.Phase, ops int64) *Step {
		return &Step{Phase: phase, Ops: ops, HeapLiveB: 8000, HeapPeakB: 12_000}
	}
	return &File{Schema: Schema, Profile: "p", Board: "board", Core: "Mbed TLS 1.2.3", Machine: "wasm", Config: "small", Scenario: "psk",
		Guest: Client, Protocol: "dtls1.2", Suite: "TLS-PSK-WITH-AES-128-CCM-8", Wire: "RTT 20000 us", Outcome: "MBEDTLS_ERR_X", Detail: "why",
		Ops: "wasm-ops", Notes: []string{"a note"}, Rows: []Row{
			{Step: step("init", 1000)},
			{US: 5, Message: &Message{From: Client, Name: "ClientHello", Bytes: 81, Flight: 1, Lost: true, Note: "lost"}},
			{US: 1_000_005, Message: &Message{From: Client, Name: "ClientHello", Bytes: 81, Flight: 1, Note: "sent again, 2"}, Step: step("client-hello", 1_000_000)},
			{US: 1_020_000, Message: &Message{From: Server, Name: "Certificate", Detail: "bytes 0 to 122 of 521", Bytes: 148, Flight: 2}},
			{US: 1_020_000, Message: &Message{From: Server, Name: "ServerHelloDone", Bytes: 25, Flight: 2, Lost: true, Note: "lost"}},
			{US: 1_020_000, Log: &Log{Level: 2, Text: "ssl_tls.c:0001: => parse"}, Step: nil},
			{US: 1_020_000, Message: &Message{From: Client, Name: "Alert", Detail: "fatal, unknown_ca", Bytes: 15, Flight: 3}, Step: step("server-certificate", 7)},
		}}
}

// TestText: the diagram is what a person has looked at (-update rewrites it).
func TestText(t *testing.T) {
	plain, timed := file(), file()
	timed.Guest = Server
	for _, r := range timed.Rows {
		if r.Step != nil {
			r.Step.EstUS = r.Step.Ops / 7
		}
	}
	var b strings.Builder
	for _, f := range []*File{plain, timed} {
		if err := f.Text(&b); err != nil {
			t.Fatal(err)
		}
	}
	golden := filepath.Join("testdata", "text.txt")
	testutil.Golden(t, golden, []byte(b.String()))
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	if f, err := Read(dir); f != nil || err != nil {
		t.Errorf("there is none: %v, %v", f, err)
	}
	want := file()
	if err := Write(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v", got, err)
	}
	for change, what := range map[string]func(*File){
		"schema 9: not known, this program reads 1": func(f *File) { f.Schema = 9 },
		"no rows":                                           func(f *File) { f.Rows = nil },
		"guest \"x\": neither client nor server":            func(f *File) { f.Guest = "x" },
		"row 1: neither a message nor a step nor a log":     func(f *File) { f.Rows[0].Step = nil },
		"row 2: from \"nobody\": neither client nor server": func(f *File) { f.Rows[1].Message.From = "nobody" },
	} {
		bad := file()
		what(bad)
		if err := Write(dir, bad); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir); err == nil || !strings.HasSuffix(err.Error(), Name+": "+change) {
			t.Errorf("%v, want %s", err, change)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, Name), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); err == nil {
		t.Error("a file cut short was read")
	}
}
