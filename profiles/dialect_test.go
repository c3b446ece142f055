package profiles

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tlslab/internal/cache"
	"tlslab/profiles/dialect"
	"tlslab/profiles/header"
)

// tiny is the dialect of a second library.
var tiny = &dialect.Dialect{
	Title:  "Tiny",
	Prefix: "TINY_",
	Core:   "tiny-1",
	Found: func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "include", "tiny.h"))
		return err == nil
	},
	Mine:        func(macro string) bool { return strings.HasPrefix(macro, "TINY_") },
	DebugOption: "LOG",
	Suites:      "OFFERS",
	Suite:       func(name string) string { return "<" + name + ">" },
	Header: dialect.Header{
		Begin:   "#pragma once\n",
		End:     "/* the end */\n",
		Check:   regexp.MustCompile(`#include "tiny_check.h"`),
		Foreign: func(*header.Header) string { return "" },
	},
	Overrides: []dialect.Override{{When: "CLOCK", Option: "CLOCK", Value: "lab", Defined: true, Reason: "the lab has its own"}},
	Offered:   regexp.MustCompile("^$"),
	Needs: dialect.Needs{
		Client: "CALLS", Server: "ANSWERS",
		Protocols:  []dialect.ProtocolNeeds{{Protocol: TLS12, Option: "V12"}},
		Exchanges:  map[string][]string{"PSK": {"KEYS"}},
		ExchangeOn: func(exchange string) string { return "X_" + exchange },
		Mode13:     func(string) bool { return false },
		Features:   map[string][]string{"max_fragment_B": {"SHORT"}},
	},
}

func init() { dialect.Register(tiny) }

const tinyTree = "../core/build/testdata/tiny"

// tinyProfile writes a profile for the second library and returns its file.
func tinyProfile(t *testing.T, list string) string {
	t.Helper()
	tree, err := filepath.Abs(tinyTree)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"tiny.txt":     list,
		"own.h":        "#define TINY_FAST\n#define TINY_CLOCK\n#define OTHER\n#include \"tiny_check.h\"\n",
		"tiny_check.h": "",
		"rows.toml": "hostname = \"tlslab.example\"\nrtc = \"2026-01-01T00:00:00Z\"\n" +
			"[psk]\nidentity = \"device\"\nkey_hex = \"00010203\"\n[wire]\nmtu_B = 1280\n[payload]\nrequest = \"x\"\n" +
			"[[row]]\nname = \"row\"\nprotocol = \"tls1.2\"\nsuites = [\"TLS-PSK-WITH-AES-128-CCM\"]\nmax_fragment_B = 512\n",
		"tiny.toml": "name = \"small\"\nboard = \"imxrt1052\"\ncore = \"dir:" + tree + "\"\nmatrix = \"./rows.toml\"\n" +
			"[memory]\nheap_bytes = 65536\nstack_bytes = 8192\n" +
			"[[config]]\nname = \"list\"\nbase = \"tiny.txt\"\nset = { TINY_ROUNDS = 8 }\n" +
			"[[config]]\nname = \"header\"\nheader = \"own.h\"\n" +
			"[[axis]]\nconfig = \"list\"\noption = \"TINY_FAST\"\nvalues = [false]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "tiny.toml")
}

// A profile whose core is of a second library uses that library's names in its options,
// headers and scenarios' needs, in another process too. A profile of the first library
// beside it keeps the first library's names.
func TestSecondDialect(t *testing.T) {
	p := load(t, tinyProfile(t, "TINY_FAST\nTINY_OFFERS all\n"))
	if p.Dialect() != tiny {
		t.Fatalf("dialect of %s", p.Dialect().Title)
	}
	s := scenario(t, p, "row")
	if want := map[string]any{"OFFERS": "<TLS-PSK-WITH-AES-128-CCM>", "CALLS": true, "V12": true, "X_PSK": true, "KEYS": true, "SHORT": true}; !maps.Equal(s.Needs, want) {
		t.Errorf("needs %v\nwant  %v", s.Needs, want)
	}
	if s.ProtocolOption() != "V12" || s.WithDebug(1).Needs["LOG"] != true {
		t.Errorf("protocol %s, with debug %v", s.ProtocolOption(), s.WithDebug(1).Needs)
	}
	for name, want := range map[string]string{
		"list": "/* Rendered by tlslab from a profile; edit the profile, not this file. */\n#pragma once\n#define TINY_FAST\n" +
			"/* scenario row: */\n#define TINY_OFFERS <TLS-PSK-WITH-AES-128-CCM>\n/* config: */\n#define TINY_ROUNDS 8\n" +
			needed("CALLS", "KEYS", "SHORT", "V12", "X_PSK") + "/* the end */\n",
		"list/FAST=off": "/* Rendered by tlslab from a profile; edit the profile, not this file. */\n#pragma once\n" +
			"/* scenario row: */\n#define TINY_OFFERS <TLS-PSK-WITH-AES-128-CCM>\n/* config: */\n#define TINY_ROUNDS 8\n" +
			needed("CALLS", "KEYS", "SHORT", "V12", "X_PSK") + "/* axis: without TINY_FAST */\n/* the end */\n",
	} {
		v := variant(t, p, name)
		text, _, err := Render(v, s)
		if err != nil || string(text) != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, text, want)
		}
		if again := rendered(t, p, v, s); !bytes.Equal(again, text) {
			t.Errorf("%s: carried:\n%s\nwant\n%s", name, again, text)
		}
	}
	own := variant(t, p, "header")
	if text, _, err := Render(own, nil); err != nil || !strings.Contains(string(text), "#define OTHER\n/* Added by tlslab. */\n/* lab: */\n#undef TINY_CLOCK\n#define TINY_CLOCK lab\n#include \"tiny_check.h\"\n") {
		t.Errorf("%v\n%s", err, text)
	}
	for _, m := range own.Settings.List() {
		if m.Name == "OTHER" {
			t.Error("OTHER is taken for an option")
		}
	}
	first := load(t, "imxrt1052")
	text, _, err := Render(variant(t, first, "rtthread-optimised"), scenario(t, first, "psk-aes128-ccm8"))
	if err != nil || first.Dialect() != lib() || bytes.Contains(text, []byte("TINY_")) || !bytes.Contains(text, []byte(lib().Full("AES_C"))) {
		t.Errorf("the other profile: %v\n%s", err, text)
	}
}

// needed returns what a scenario adds to a rendered header.
func needed(options ...string) string {
	var b strings.Builder
	for _, o := range options {
		b.WriteString("/* scenario row: */\n#define TINY_" + o + "\n")
	}
	return b.String()
}

// rendered returns a header as another process renders it that gets the profile, the
// variant and the scenario as data.
func rendered(t *testing.T, p *Profile, v Variant, s *Scenario) []byte {
	t.Helper()
	type data struct {
		Profile  Carried
		Variant  Variant
		Scenario *Scenario
	}
	c, err := p.Carry(&v)
	if err != nil {
		t.Fatal(err)
	}
	text, blobs, err := cache.Encode(data{c, v, s})
	if err != nil {
		t.Fatal(err)
	}
	var d data
	if err := cache.Decode(text, blobs, &d); err != nil {
		t.Fatal(err)
	}
	q, w, there, err := d.Profile.Open(d.Variant, *d.Scenario)
	if err != nil || q.Dialect() != p.Dialect() || there.Dialect() != s.Dialect() {
		t.Fatalf("%v", err)
	}
	if base := q.carried.Base; base != nil && base.Settings.Dialect() != p.Dialect() {
		t.Error("the base has another dialect")
	}
	d.Profile.Library = "none"
	if _, _, _, err := d.Profile.Open(d.Variant, *d.Scenario); err == nil {
		t.Error("a library that is not there was taken")
	}
	header, _, err := Render(w, there)
	if err != nil {
		t.Fatal(err)
	}
	return header
}

// Base lists with the options of another library than the core's give one clear error,
// whichever of the two is the default library.
func TestListOfOtherLibrary(t *testing.T) {
	_, err := LoadFor("imxrt1052", "dir:"+tinyTree)
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "is an option of "+lib().Title+", but the core is Tiny: name a base list of its options, or base = \"core\"") {
		t.Errorf("%v", err)
	}
	if _, err := Load(tinyProfile(t, lib().Full("AES_C")+"\n")); err == nil || !strings.Contains(err.Error(), "but the core is Tiny") {
		t.Errorf("%v", err)
	}
	file := tinyProfile(t, "TINY_FAST\n")
	if _, err := LoadFor(file, lib().Core); err == nil || !strings.Contains(err.Error(), "is an option of Tiny, but the core is "+lib().Title) {
		t.Errorf("%v", err)
	}
	if _, err := Load(tinyProfile(t, "OTHER\n")); err == nil || !strings.Contains(err.Error(), "not a macro that begins with TINY_") {
		t.Errorf("%v", err)
	}
}

// A configuration that starts from the core's own header belongs to the library of the
// core that replaces the profile's.
func TestOtherCoresHeader(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.toml")
	text := "name = \"own\"\nboard = \"imxrt1052\"\nscenarios = [\"psk-aes128-ccm8\"]\n[memory]\nheap_bytes = 65536\nstack_bytes = 8192\n[[config]]\nname = \"core\"\nbase = \"core\"\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for core, want := range map[string]*dialect.Dialect{"": lib(), "dir:" + tinyTree: tiny} {
		p, err := LoadFor(file, core)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.UseCore(Core{"config.h", []byte("#define " + want.Full("FAST") + "\n")}); err != nil {
			t.Fatal(err)
		}
		if v := variant(t, p, "core"); p.Core != lib().Core || len(v.Settings.List()) != 1 || v.Settings.Dialect() != want {
			t.Errorf("core %q, %q: %v of %s", p.Core, core, v.Settings.List(), v.Settings.Dialect().Title)
		}
	}
}

// A core is told by its name or its tree, and anything else has the default dialect.
func TestDialectOf(t *testing.T) {
	for core, want := range map[string]*dialect.Dialect{
		"": lib(), lib().Core: lib(), "tiny-1": tiny, "tiny-2.0-1a2b3c4d5e6f": tiny, "tinyssl-1": lib(),
		"dir:" + tinyTree: tiny, "dir:../core/testdata/stub": lib(), "dir:" + t.TempDir(): lib(), "tar:tiny-1.tar": lib(), "none": lib(),
	} {
		if got := dialect.Of(core); got != want {
			t.Errorf("%q: %s, want %s", core, got.Title, want.Title)
		}
	}
}
