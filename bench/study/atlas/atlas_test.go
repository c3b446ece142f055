package atlas

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
)

const ecdsa, psk = "ecdhe-ecdsa", "psk"

// made is a made-up case: the base's numbers, and what is different.
func made(scenario, base, option, value string, change map[string]int64) results.Case {
	c := results.Case{
		Core: "mbedtls-2.28", Board: "imxrt1052", Machine: "wasm", Scenario: scenario, Config: base,
		Outcome: results.OutcomeConnected, ConfigDigest: base + option + value,
		Metrics: map[string]int64{metric.Flash: 60_000, metric.RO: 59_000, metric.Static: 3_000, metric.HeapPeak: 9_000,
			metric.ShadowStackPeak: 1_700, metric.EstRAMPeak: 13_000, metric.HandshakeWasmOps: 400_000, metric.WireBytes: 900},
	}
	if scenario == ecdsa {
		c.Metrics[metric.HeapPeak], c.Metrics[metric.HandshakeWasmOps] = 12_000, 200_000_000
		c.Checks = []results.Check{
			{Name: "expired", Outcome: results.OutcomeAccepted},
			{Name: "wrong-name", Outcome: "CERT_VERIFY_FAILED:CN_MISMATCH", Refused: true},
			{Name: "unknown-ca", Outcome: "CERT_VERIFY_FAILED:NOT_TRUSTED", Refused: true},
		}
	}
	if option != "" {
		c.Config, c.Base, c.Option, c.Value = base+"/"+option+"="+value, base, option, value
	}
	for m, d := range change {
		c.Metrics[m] += d
	}
	return c
}

func broken(c results.Case, outcome, detail string) results.Case {
	c.Outcome, c.Detail = results.Outcome(outcome), detail
	return c
}

func with(c results.Case, settings map[string]string) results.Case {
	c.Settings = settings
	return c
}

func check(c results.Case, i int, outcome string, refused bool) results.Case {
	c.Checks = slices.Clone(c.Checks)
	c.Checks[i].Outcome, c.Checks[i].Refused = outcome, refused
	return c
}

func sample() *results.File {
	tables := map[string]int64{metric.Flash: -8_104, metric.RO: -8_104, metric.Static: 10_744, metric.EstRAMPeak: 10_744}
	slower := map[string]int64{metric.Flash: -1_432, metric.RO: -1_432, metric.HandshakeWasmOps: 700_500_000}
	f := &results.File{
		Schema:     results.Schema,
		Provenance: results.Provenance{Tool: "test", Profile: "p", Versions: map[string]string{"core": "2.28.3"}},
		Cases: []results.Case{
			made(ecdsa, "small", "", "", nil), made(psk, "small", "", "", nil), made(psk, "large", "", "", map[string]int64{metric.Flash: 90_000}),
			made(ecdsa, "small", "AES_ROM_TABLES", "off", tables), made(psk, "small", "AES_ROM_TABLES", "off", tables),
			made(psk, "large", "AES_ROM_TABLES", "on", map[string]int64{metric.Flash: 90_000}),
			made(ecdsa, "small", "ECP_NIST_OPTIM", "off", slower),
			made(psk, "small", "ECP_NIST_OPTIM", "off", map[string]int64{metric.Flash: -1_000}),
			with(broken(made(ecdsa, "small", "GCM_C", "off", tables), "NO_CIPHER_CHOSEN", "the suite | needs <GCM>"), map[string]string{"GCM_C": "off", "CCM_C": "on", "SSL_TICKET_C": "off", "AES_BITS": "128"}),
			made(psk, "small", "GCM_C", "off", map[string]int64{metric.Flash: -4_000}),
			check(made(ecdsa, "small", "X509_REMOVE_CN", "on", nil), 1, results.OutcomeAccepted, false),
			check(check(made(ecdsa, "small", "HAVE_TIME_DATE", "on", map[string]int64{metric.Flash: 220}), 0, "CERT_VERIFY_FAILED:EXPIRED", true), 2, results.OutcomeOther+"OUT_OF_HEAP", false),
			made(ecdsa, "small", "MPI_WINDOW_SIZE", "16", map[string]int64{metric.HeapPeak: 80}),
			made(ecdsa, "small", "MPI_WINDOW_SIZE", "1", map[string]int64{metric.Flash: -424}),
			made(ecdsa, "small", "MPI_WINDOW_SIZE", "2", nil), // its own value: not a flip
			made(ecdsa, "small", "SELF_TEST", "on", nil), made(psk, "small", "SELF_TEST", "on", nil),
			made(ecdsa, "small", "DEBUG_C", "on", nil),
			made(ecdsa, "small", "ZLIB", "on", nil),
		},
	}
	find(f, "small/MPI_WINDOW_SIZE=2", ecdsa).ConfigDigest = "small"
	delete(find(f, "small/ZLIB=on", ecdsa).Metrics, metric.HeapPeak)
	return f
}

func find(f *results.File, config, scenario string) *results.Case {
	for i := range f.Cases {
		if f.Cases[i].Config == config && f.Cases[i].Scenario == scenario {
			return &f.Cases[i]
		}
	}
	return nil
}

func words(base, option string) Words {
	switch option {
	case "MPI_WINDOW_SIZE":
		return Words{Was: "2", WeakensOff: "nothing that was measured"}
	case "GCM_C":
		return Words{Advice: "off where CCM does", WeakensOff: "no AEAD but CCM", WeakensOn: "wrong here"}
	case "DEBUG_C":
		return Words{WeakensOn: "keys are in the log"}
	}
	return Words{}
}

func makeOf(t *testing.T, f *results.File) *File {
	t.Helper()
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	a, err := Make(f, words)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestGoldens(t *testing.T) {
	a := makeOf(t, sample())
	dir := t.TempDir()
	for name, write := range map[string]func(string) error{"atlas.json": a.WriteJSON, "atlas.csv": a.WriteCSV, "atlas.md": a.WriteMarkdown} {
		path := filepath.Join(dir, name)
		if err := write(path); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		testutil.Golden(t, filepath.Join("testdata", name), got)
	}
}

func TestOrderOfCases(t *testing.T) {
	f := sample()
	slices.Reverse(f.Cases)
	if a, b := makeOf(t, sample()), makeOf(t, f); !reflect.DeepEqual(a, b) {
		t.Errorf("depends on the order of the cases:\n%+v\n%+v", a, b)
	}
}

func entry(t *testing.T, a *File, base, option, is string) Entry {
	t.Helper()
	for _, e := range a.Entries {
		if e.Base == base && e.Option == option && e.Is == is {
			return e
		}
	}
	t.Fatalf("no entry %s %s=%s", base, option, is)
	return Entry{}
}

func TestMake(t *testing.T) {
	a := makeOf(t, sample())
	if len(a.Entries) != 11 {
		t.Errorf("%d entries", len(a.Entries))
	}
	tables := entry(t, a, "small", "AES_ROM_TABLES", "off")
	if c := tables.Cells[0]; tables.Was != "on" || c.Scenario != ecdsa || c.Same || c.Change[metric.Static] != 10_744 || len(c.Change) != 4 {
		t.Errorf("AES_ROM_TABLES: %+v", tables)
	}
	if e := entry(t, a, "large", "AES_ROM_TABLES", "on"); e.Was != "off" || len(e.Cells) != 1 || !e.Cells[0].Same {
		t.Errorf("of another base: %+v", e)
	}
	gcm := entry(t, a, "small", "GCM_C", "off")
	if want := []string{"-SSL_TICKET_C", "AES_BITS=128", "CCM_C"}; !slices.Equal(gcm.With, want) || gcm.Weakens != "no AEAD but CCM" || gcm.Advice == "" {
		t.Errorf("GCM_C: %+v", gcm)
	}
	// A broken handshake's heap is no saving; its image is an image.
	c := gcm.Cells[0]
	if _, ok := c.Change[metric.EstRAMPeak]; ok || c.Change[metric.Flash] != -8_104 || !slices.Contains(c.Missing, metric.HeapPeak) || c.Same || c.Detail == "" {
		t.Errorf("GCM_C in %s: %+v", c.Scenario, c)
	}
	if c := entry(t, a, "small", "X509_REMOVE_CN", "on").Cells[0]; !slices.Equal(c.Lost, []string{"wrong-name"}) || c.Same {
		t.Errorf("a lost check: %+v", c)
	}
	if c := entry(t, a, "small", "HAVE_TIME_DATE", "on").Cells[0]; !slices.Equal(c.Gained, []string{"expired"}) || !slices.Equal(c.Unshown, []string{"unknown-ca"}) || c.Lost != nil {
		t.Errorf("a gained check, and one not shown: %+v", c)
	}
	if e := entry(t, a, "small", "MPI_WINDOW_SIZE", "1"); e.Was != "2" || e.Weakens == "" {
		t.Errorf("a lowered number: %+v", e)
	}
	if e := entry(t, a, "small", "MPI_WINDOW_SIZE", "16"); e.Weakens != "" {
		t.Errorf("a raised number: %+v", e)
	}
	if c := entry(t, a, "small", "ZLIB", "on").Cells[0]; c.Same || !slices.Equal(c.Missing, []string{metric.HeapPeak}) {
		t.Errorf("a number is missing: %+v", c)
	}
}

func TestMakeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		change     func(*results.File)
	}{
		{"no base", "its base small was not measured in psk", func(f *results.File) {
			f.Cases = slices.DeleteFunc(f.Cases, func(c results.Case) bool { return c.Config == "small" && c.Scenario == psk })
		}},
		{"a base that fails", "small itself does not connect in psk: TIMEOUT", func(f *results.File) { find(f, "small", psk).Outcome = "TIMEOUT" }},
		{"two boards", "an atlas is of one board and machine", func(f *results.File) { f.Cases[3].Board = "other" }},
		{"two machines", "an atlas is of one board and machine", func(f *results.File) { f.Cases[3].Machine = "qemu" }},
	} {
		f := sample()
		tt.change(f)
		if _, err := Make(f, words); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestWriteNowhere(t *testing.T) {
	if err := makeOf(t, sample()).WriteJSON(filepath.Join(t.TempDir(), "no", "atlas.json")); err == nil {
		t.Error("written into no directory")
	}
}

// TestNotFlipped: a reason is told once, with what it holds for, in whatever
// order it comes; where it is one scenario's, that is said; it comes back from
// JSON.
func TestNotFlipped(t *testing.T) {
	made := func(reverse bool) *File {
		a, err := Make(sample(), func(string, string) Words { return Words{} })
		if err != nil {
			t.Fatal(err)
		}
		base := a.Bases[1].Config
		skips := [][3]string{{"NET_C", "", "no sockets"}, {"TIMING_C", "", "no | clock"}, {"FS_IO", "", "no sockets"}, {"ECP_MAX_BITS", "384", "check_config.h:9: x"}, {"ECP_MAX_BITS", "1024", "check_config.h:9: x"}}
		if reverse {
			slices.Reverse(skips)
		}
		for _, k := range skips {
			for _, s := range []string{psk, ecdsa} {
				if k[0] != "ECP_MAX_BITS" || s == ecdsa {
					a.Skip(base, k[0], k[1], k[2], s)
				}
			}
		}
		return a
	}
	a := made(false)
	text := string(a.Markdown())
	want := "\nNot flipped, and why:\n\n- ECP_MAX_BITS=384 (" + ecdsa + "), ECP_MAX_BITS=1024 (" + ecdsa + "): check_config.h:9: x\n- FS_IO, NET_C: no sockets\n- TIMING_C: no \\| clock\n"
	if !strings.Contains(text, want) {
		t.Errorf("no\n%s in\n%s", want, text)
	}
	data, err := a.JSON()
	if err != nil {
		t.Fatal(err)
	}
	other, err := made(true).JSON()
	if err != nil || string(other) != string(data) {
		t.Errorf("it depends on the order: %v", err)
	}
	var got File
	if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got.NotFlipped, a.NotFlipped) || len(got.NotFlipped) != 5 {
		t.Errorf("%v, %+v", err, got)
	}
}
