package plots

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results/sequence"
)

func sequenceOf() *sequence.File {
	f := &sequence.File{Schema: sequence.Schema, Board: "b", Machine: "wasm", Core: "Mbed TLS 1.2.3", Config: "small", Scenario: "psk",
		Guest: sequence.Client, Protocol: "dtls1.2", Suite: "TLS-PSK", Wire: "RTT 1 us", Outcome: "connected", Ops: "wasm-ops", Notes: []string{"a note"}}
	for i, name := range []string{"ClientHello", "ServerKeyExchange", "Alert", "[ChangeCipherSpec]"} {
		m := &sequence.Message{From: []string{sequence.Client, sequence.Server}[i%2], Name: name, Bytes: 16384, Flight: i + 1, Lost: i == 1}
		switch i {
		case 1:
			m.Detail, m.Note = "bytes 12345 to 16383 of 16384", "sent again, 2, lost"
		case 2:
			m.Detail, m.Note = "fatal, bad_certificate_status_response", "sent again, 12, held back, arrives twice, a bit flipped, not read"
		}
		f.Rows = append(f.Rows, sequence.Row{US: 64_000_000, Message: m})
		f.Rows = append(f.Rows, sequence.Row{US: 64_000_000, Log: &sequence.Log{Level: 1, Text: "x"}})
		s := &sequence.Step{Phase: "server-certificate-verify", Ops: 1_999_999_999, HeapLiveB: 99_999, HeapPeakB: 99_999}
		f.Rows = append(f.Rows, sequence.Row{US: 1, Step: s})
		f.Rows[len(f.Rows)-3].Step = s
	}
	return f
}

// TestSequence: every text within the page and off the others, the same bytes
// every time, and what is not drawn is told.
func TestSequence(t *testing.T) {
	f := sequenceOf()
	checkText(t, sequenceFigure(f))
	dir, again := t.TempDir(), t.TempDir()
	paths, err := RenderSequence(dir, f)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{filepath.Join(dir, "trace_psk_small.svg"), filepath.Join(dir, "trace_psk_small.png")}; !slices.Equal(paths, want) {
		t.Errorf("rendered %q, want %q", paths, want)
	}
	if _, err := RenderSequence(again, f); err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		if !slices.Equal(read(t, p), read(t, filepath.Join(again, filepath.Base(p)))) {
			t.Errorf("%s differs between two runs", p)
		}
	}
	svg := string(read(t, paths[0]))
	for _, s := range []string{">ClientHello<", ">client<", ">64\u00a0000\u00a0000<", ">1\u00a0999\u00a0999\u00a0999<", "4 debug messages are not drawn.", "A note."} {
		if !strings.Contains(svg, s) {
			t.Errorf("the figure does not say %q", s)
		}
	}
	for i := range 3 * mostSequenceRows {
		f.Rows = append(f.Rows, sequence.Row{Message: &sequence.Message{From: sequence.Client, Name: fmt.Sprint("m", i)}})
	}
	if c := sequenceFigure(f).caption; !strings.Contains(c, "more rows are not drawn.") {
		t.Errorf("a long one: %s", c)
	}
}
