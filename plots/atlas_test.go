package plots

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/bench/study/atlas"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
)

// atlasFile is a made-up atlas of more options than a figure has rows.
func atlasFile(t *testing.T) *atlas.File {
	t.Helper()
	const s = "ecdhe-ecdsa-p256-aes128-gcm"
	f := few()
	base := madeUp(s, "rtthread-optimised", "", "", nil)
	base.Checks = []results.Check{{Name: "wrong-name", Outcome: "CERT_VERIFY_FAILED", Refused: true}}
	f.Cases = []results.Case{base}
	flip := func(option, value string, flash, heap, ops int64) *results.Case {
		c := madeUp(s, "rtthread-optimised", option, value, map[string]string{"": option})
		c.Checks = base.Checks
		c.Metrics[metric.Flash] += flash
		c.Metrics[metric.HeapPeak] += heap
		c.Metrics[metric.HandshakeWasmOps] += ops
		f.Cases = append(f.Cases, c)
		return &f.Cases[len(f.Cases)-1]
	}
	flip("SSL_MAX_CONTENT_LEN", "16384", 0, 40_000, 0)
	flip("ECP_NIST_OPTIM", "off", -2_496, 156, 903_000_000)
	flip("AES_ROM_TABLES", "off", -8_104, 0, 27_520)
	flip("KEY_EXCHANGE_ECDHE_ECDSA_ENABLED", "on", 5_912, 228, 1_000).Settings = map[string]string{"KEY_EXCHANGE_ECDHE_ECDSA_ENABLED": "on", "ECDSA_C": "on"}
	flip("SELF_TEST", "on", 0, 0, 0)
	flip("X509_REMOVE_CN", "on", 0, 0, 0).Checks = []results.Check{{Name: "wrong-name", Outcome: results.OutcomeAccepted}}
	for i := range 40 {
		flip(fmt.Sprintf("MODULE_%02d_C", i), "on", int64(40+37*i), int64(i%3)*8, 0)
	}
	for i := range 25 {
		c := flip(fmt.Sprintf("NEEDED_%02d_C", i), "off", -3_000, 0, 0)
		c.Outcome, c.Detail = "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE", "the server ended with MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN in client-hello, and goes on about it"
	}
	delete(f.Cases[len(f.Cases)-1].Metrics, metric.Flash)
	a, err := atlas.Make(f, func(base, option string) atlas.Words { return atlas.Words{} })
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRenderAtlas(t *testing.T) {
	a := atlasFile(t)
	dir, again := t.TempDir(), t.TempDir()
	paths, err := RenderAtlas(dir, a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := RenderAtlas(again, a); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range paths {
		name := filepath.Base(p)
		names = append(names, name)
		if string(read(t, p)) != string(read(t, filepath.Join(again, name))) {
			t.Errorf("%s differs from one time to the next", name)
		}
	}
	const figure = "atlas_rtthread-optimised_ecdhe-ecdsa-p256-aes128-gcm"
	if want := []string{figure + ".svg", figure + ".png", "figures.md"}; !slices.Equal(names, want) {
		t.Errorf("rendered %q", names)
	}
	testutil.Golden(t, filepath.Join("testdata", figure+".svg"), read(t, filepath.Join(dir, figure+".svg")))
}

func TestAtlasRows(t *testing.T) {
	fig := atlasFigures(atlasFile(t))[0]
	var names []string
	for _, w := range textsOf(t, fig) {
		names = append(names, w.s)
	}
	// The largest first, whichever panel it is in; what breaks is not among them.
	if i, j := slices.Index(names, "ECP_NIST_OPTIM=off"), slices.Index(names, "SSL_MAX_CONTENT_LEN=16384"); i < 0 || j < i {
		t.Errorf("not sorted: %d, %d in %q", i, j, names)
	}
	for _, want := range []string{"KEY_EXCHANGE_ECDHE_ECDSA_ENABLED=on *", "MODULE_39_C=on", "X509_REMOVE_CN=on", "−8\u00a0104", "NEEDED_00_C=off"} {
		if !slices.Contains(names, want) {
			t.Errorf("no %q among %q", want, names)
		}
	}
	if !slices.ContainsFunc(names, func(s string) bool {
		return strings.HasPrefix(s, "SSL_FATAL_ALERT_MESSAGE, flash-B −3\u00a0000: the server") && strings.HasSuffix(s, "…")
	}) {
		t.Errorf("no error among %q", names)
	}
	for _, not := range []string{"MODULE_00_C=on", "SELF_TEST=on", "NEEDED_24_C=off"} {
		if slices.Contains(names, not) {
			t.Errorf("%s has a row", not)
		}
	}
	for _, want := range []string{
		"Triangle: accepts bad certificates that the base refuses: X509_REMOVE_CN=on (wrong-name).",
		"15 more have no row, each changes at most 0.8\u00a0%; added up: flash-B +4\u00a0485,", "1 changes none of these numbers.",
		"No connection either with NEEDED_20_C=off, NEEDED_21_C=off,",
	} {
		if !strings.Contains(fig.caption, want) {
			t.Errorf("the caption does not say %q: %s", want, fig.caption)
		}
	}
	if _, err := RenderAtlas(t.TempDir(), &atlas.File{Schema: atlas.Schema}); err == nil {
		t.Error("an atlas of nothing was drawn")
	}
}
