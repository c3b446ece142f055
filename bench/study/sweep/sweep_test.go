package sweep

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// lib spells the options of profiles that name no core.
var lib = new(profiles.Profile).Dialect()

func axis(t *testing.T, text string) Axis {
	t.Helper()
	a, err := ParseAxis(lib, text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestParseAxis(t *testing.T) {
	for text, want := range map[string]string{
		"ECP_WINDOW_SIZE=2..4":                "ECP_WINDOW_SIZE=2 ECP_WINDOW_SIZE=3 ECP_WINDOW_SIZE=4",
		"MPI_MAX_SIZE=256,512":                "MPI_MAX_SIZE=256 MPI_MAX_SIZE=512",
		"SSL_IN_CONTENT_LEN=1024..2100+512":   "SSL_IN_CONTENT_LEN=1024 SSL_IN_CONTENT_LEN=1536 SSL_IN_CONTENT_LEN=2048",
		"MBEDTLS_AES_ROM_TABLES=on,off":       "AES_ROM_TABLES=on AES_ROM_TABLES=off",
		"SSL_MAX_CONTENT_LEN=1024..2048+1024": "SSL_MAX_CONTENT_LEN=1024 SSL_MAX_CONTENT_LEN=2048",
	} {
		var got []string
		for _, c := range axis(t, text).Changes {
			got = append(got, c.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", text, got, want)
		}
	}
	for _, bad := range []string{"", "X", "X=", "X=a", "X=3..2", "X=1..9+0", "X=1,1", "x=1", "X=0..100000", "X=1..2..3", "X=on,on"} {
		if _, err := ParseAxis(lib, bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzParseAxis(f *testing.F) {
	f.Add("ECP_WINDOW_SIZE=2..7")
	f.Add("A=1..9+2,on,off")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAxis(lib, text)
		if err == nil && (len(a.Changes) == 0 || len(a.Changes) > valuesMost) {
			t.Errorf("%q: %d values", text, len(a.Changes))
		}
	})
}

func base(t *testing.T) profiles.Variant {
	t.Helper()
	p, err := profiles.Load("imxrt1052")
	if err != nil {
		t.Fatal(err)
	}
	all, err := p.Expand()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if v.Name == "rtthread-optimised" {
			return v
		}
	}
	t.Fatal("no rtthread-optimised")
	return profiles.Variant{}
}

// TestProduct: every combination once, the base itself among them once.
func TestProduct(t *testing.T) {
	b := base(t) // windows of 2, fixed point 0
	all, err := Product(b, []Axis{axis(t, "ECP_WINDOW_SIZE=2..4"), axis(t, "MPI_WINDOW_SIZE=1..2")})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range all {
		names = append(names, strings.TrimPrefix(v.Name, b.Name))
	}
	want := []string{"", "/ECP_WINDOW_SIZE=2+MPI_WINDOW_SIZE=1", "/ECP_WINDOW_SIZE=3+MPI_WINDOW_SIZE=1", "/ECP_WINDOW_SIZE=3+MPI_WINDOW_SIZE=2",
		"/ECP_WINDOW_SIZE=4+MPI_WINDOW_SIZE=1", "/ECP_WINDOW_SIZE=4+MPI_WINDOW_SIZE=2"}
	if !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	big := axis(t, "A=1..200")
	if _, err := Product(b, []Axis{big, axis(t, "B=1..200"), axis(t, "C=1..200")}); err == nil {
		t.Error("8 million points were taken")
	}
}

// TestBaseTells: the base says where it is on every axis, also where none of the
// axis's values is its own; the points do not.
func TestBaseTells(t *testing.T) {
	b := base(t)
	for _, c := range []struct{ axis, want string }{
		{"MPI_WINDOW_SIZE=1..3", "2"},
		{"MPI_WINDOW_SIZE=3..4", "2"},
		{"AES_ROM_TABLES=off", "on"},
		{"AES_FEWER_TABLES=on", "off"},
		{"SSL_COOKIE_TIMEOUT=30", ""}, // the library's own
	} {
		a := axis(t, c.axis)
		all, err := Product(b, []Axis{a})
		if err != nil {
			t.Fatal(err)
		}
		for _, all := range [][]profiles.Variant{all, OneAtATime(b, []Axis{a})} {
			if got := all[0].Swept[a.Option]; got != c.want || all[1].Swept != nil {
				t.Errorf("%s: the base tells %q, want %q; a point %v", c.axis, got, c.want, all[1].Swept)
			}
		}
	}
}

// TestShards: together they are the whole, and no point is in two.
func TestShards(t *testing.T) {
	for i := range 100 {
		n := 0
		for part := 1; part <= 7; part++ {
			s, err := ParseShard(fmt.Sprintf("%d/7", part))
			if err != nil {
				t.Fatal(err)
			}
			if s.Has(i) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("point %d is in %d shards", i, n)
		}
	}
	for _, bad := range []string{"", "1", "0/3", "4/3", "1/0", "a/b", "1/2/3"} {
		if _, err := ParseShard(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func result(config string, ticks, heap int64) results.Case {
	return results.Case{Core: "c", Board: "b", Config: config, Scenario: "s", Machine: "wasm", Outcome: results.OutcomeConnected,
		Metrics: map[string]int64{metric.HandshakeWasmOps: ticks, metric.HeapPeak: heap}}
}

func TestMerge(t *testing.T) {
	whole := []results.Case{result("a", 1, 1), result("b", 2, 2), result("c", 3, 3)}
	part := func(cases ...results.Case) *results.File {
		return &results.File{Schema: results.Schema, Provenance: results.Provenance{Tool: "t", Profile: "p"}, Cases: cases}
	}
	got, err := Merge([]string{"1", "2"}, []*results.File{part(whole[0], whole[2]), part(whole[0], whole[1])})
	if err != nil || len(got.Cases) != 3 || got.Cases[1].Config != "b" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := Merge([]string{"1", "2"}, []*results.File{part(whole[0]), part(result("a", 1, 2))}); err == nil || !strings.Contains(err.Error(), "c/b/a/s/wasm") {
		t.Errorf("two numbers for one case: %v", err)
	}
	other := part(whole[1])
	other.Provenance.Versions = map[string]string{"clang": "15"}
	if _, err := Merge([]string{"1", "2"}, []*results.File{part(whole[0]), other}); err == nil || !strings.Contains(err.Error(), "clang") {
		t.Errorf("two compilers: %v", err)
	}
}

func TestFrontOfCases(t *testing.T) {
	failed := result("failed", 0, 0)
	failed.Outcome = "MBEDTLS_ERR_TOY"
	var names []string
	for _, c := range Front([]results.Case{result("a", 1000, 90), result("b", 2000, 50), result("c", 2000, 60), result("d", 3000, 50), result("e", 5000, 10), failed,
		result("f", 1000, 90), result("g", 999, 100), result("h", 5500, 2)}, []string{metric.HandshakeWasmOps, metric.HeapPeak}) {
		names = append(names, c.Config)
	}
	if strings.Join(names, " ") != "a b e" {
		t.Errorf("front %v, want a b e: the rest is beaten, or gains a thousandth of the ticks, or 8 bytes", names)
	}
}
