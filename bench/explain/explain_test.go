package explain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/core"
	"tlslab/core/library"
	"tlslab/core/options"
	"tlslab/internal/testutil"
)

// pinned is the dictionary and the catalogue of each core that needs no --core.
func pinned(t *testing.T) (dictionaries []*Dictionary, catalogues []*options.Catalogue) {
	t.Helper()
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, pin := range library.Pins() {
		src, err := library.Resolve(context.Background(), pin.Core, &core.Cache{Dir: filepath.Join(user, "tlslab")}, func(s string) { t.Log(s) })
		if err != nil {
			testutil.Missing(t, err)
		}
		d, err := Load(src)
		if err != nil {
			t.Fatal(err)
		}
		cat, err := src.Options()
		if err != nil {
			t.Fatal(err)
		}
		dictionaries, catalogues = append(dictionaries, d), append(catalogues, cat)
	}
	return dictionaries, catalogues
}

// TestData: every error, flag, alert and status of every core has a cause, every
// entry is about a word of some core or of this lab, and every option it names is in
// some core's header.
func TestData(t *testing.T) {
	dictionaries, catalogues := pinned(t)
	all, err := advice()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, d := range dictionaries {
		for _, e := range d.entries {
			name := d.Short(e.Word)
			known[name] = true
			if len(e.Advice.Causes) == 0 {
				t.Errorf("%s %s, Mbed TLS %s: no cause", e.Word.Kind, name, d.Version)
			}
			if e.Word.Kind != core.AlertCode && e.Word.Says == "" {
				t.Errorf("%s, Mbed TLS %s: no words of its header", name, d.Version)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !known[name] {
			t.Errorf("%s: no core has it", name)
		}
		for o := range all[name].Options {
			if !slices.ContainsFunc(catalogues, func(c *options.Catalogue) bool { _, err := c.Find(o); return err == nil }) {
				t.Errorf("%s: option %s: no core has it", name, o)
			}
		}
	}
}

// TestFind: what people type and paste.
func TestFind(t *testing.T) {
	dictionaries, _ := pinned(t)
	for asked, want := range map[string]string{
		"-0x7200":                        "SSL_INVALID_RECORD",
		"0x7200":                         "SSL_INVALID_RECORD",
		"-29184":                         "SSL_INVALID_RECORD",
		"29184":                          "SSL_INVALID_RECORD",
		"MBEDTLS_ERR_SSL_INVALID_RECORD": "SSL_INVALID_RECORD",
		"ssl_invalid_record":             "SSL_INVALID_RECORD",
		"7200":                           "SSL_INVALID_RECORD",
		"-7200":                          "SSL_INVALID_RECORD",
		"-7B00":                          "SSL_BAD_HS_SERVER_KEY_EXCHANGE SSL_RECEIVED_NEW_SESSION_TICKET",
		"-0x6E00":                        "SSL_BAD_HS_NEW_SESSION_TICKET SSL_HANDSHAKE_FAILURE",
		"262e":                           "X509_UNKNOWN_SIG_ALG OID_NOT_FOUND",
		"-0x4290":                        "RSA_PUBLIC_FAILED MPI_ALLOC_FAILED",
		"handshake_failure":              "SSL_ALERT_MSG_HANDSHAKE_FAILURE SSL_HANDSHAKE_FAILURE",
		"unexpected_message":             "SSL_ALERT_MSG_UNEXPECTED_MESSAGE SSL_UNEXPECTED_MESSAGE",
		"inappropriate_fallback":         "SSL_ALERT_MSG_INAPROPRIATE_FALLBACK",
		"certificate_required":           "SSL_CERTIFICATE_REQUIRED SSL_ALERT_MSG_CERT_REQUIRED",
		"alert 22":                       "SSL_ALERT_MSG_RECORD_OVERFLOW",
		"tlsv1 alert unknown ca":         "SSL_ALERT_MSG_UNKNOWN_CA",
		"error:0A000410:SSL routines::sslv3 alert handshake failure": "SSL_ALERT_MSG_HANDSHAKE_FAILURE SSL_HANDSHAKE_FAILURE",
		"40":                           "SSL_ALERT_MSG_HANDSHAKE_FAILURE BADCERT_NOT_TRUSTED BADCRL_EXPIRED XTEA_INVALID_INPUT_LENGTH",
		"BADCERT_CN_MISMATCH":          "BADCERT_CN_MISMATCH",
		"MBEDTLS_X509_BADCERT_EXPIRED": "BADCERT_EXPIRED",
		"certificate validity starts in the future":                                                         "BADCERT_FUTURE",
		"[tls]verification info: ! The certificate Common Name (CN)  \ndoes not match with the expected CN": "BADCERT_CN_MISMATCH",
		"out-of-heap:MBEDTLS_ERR_SSL_ALLOC_FAILED":                                                          "out-of-heap SSL_ALLOC_FAILED",
		"MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:BADCERT_EXPIRED+BADCERT_CN_MISMATCH":                           "X509_CERT_VERIFY_FAILED BADCERT_EXPIRED BADCERT_CN_MISMATCH",
	} {
		found, err := dictionaries[0].Find(asked)
		if err != nil {
			t.Errorf("%q: %v", asked, err)
			continue
		}
		var got []string
		for _, e := range found {
			got = append(got, dictionaries[0].Short(e.Word))
		}
		if s := strings.Join(got, " "); s != want && !(asked == "40" && strings.HasPrefix(s, "SSL_ALERT_MSG_HANDSHAKE_FAILURE BADCERT_NOT_TRUSTED ")) {
			t.Errorf("%q is %s, want %s", asked, s, want)
		}
	}
	for asked, want := range map[string]string{
		"SSL_INVALID_RECROD": "did you mean SSL_INVALID_RECORD",
		"-0x7201x":           "not known",
		"-0x5f7f":            "-0x5f00 (SSL_VERSION_MISMATCH)",
		"-99999999999999":    "no error",
		"":                   "no error",
		"record":             "no error", // too short to look for
	} {
		_, err := dictionaries[0].Find(asked)
		var unknown *UnknownError
		if !errors.As(err, &unknown) {
			t.Errorf("%q: %v, not an UnknownError", asked, err)
		} else if want != "not known" && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", asked, err, want)
		}
	}
}

// TestOtherCore: each core has its own words, and options it lacks are left out.
func TestOtherCore(t *testing.T) {
	dictionaries, catalogues := pinned(t)
	newer, cat := dictionaries[1], catalogues[1]
	found, err := newer.Find("-0x7200")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	newer.Write(&out, found, func(o string) bool { _, err := cat.Find(o); return err == nil })
	if text := out.String(); !strings.Contains(text, "tlslab options SSL_IN_CONTENT_LEN") || strings.Contains(text, "tlslab options SSL_MAX_CONTENT_LEN") {
		t.Errorf("of %s:\n%s", newer.Version, text)
	}
	if found, err := newer.Find("SSL_NO_CIPHER_CHOSEN"); err != nil || found[0].Core != "2.28" {
		t.Errorf("%s, SSL_NO_CIPHER_CHOSEN: %+v, %v", newer.Version, found, err)
	}
	if found, err := newer.Find("-134"); err != nil || found[0].Word.Name != "PSA_ERROR_NOT_SUPPORTED" {
		t.Errorf("-134: %v, %v", found, err)
	}
}

// TestParse: a file that is wrong says where.
func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"[A]\ncauses = [\"x\"]\noptoins = {}": `a.toml:3: `,
		"[A]\nmanual = \"5.12\"":              "a.toml:1: A: no causes",
	} {
		if _, err := parse("a.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestOthers: the file has each word that one core has and another lacks, as the
// headers have it; each number that two cores mean differently is explained twice,
// by either core's dictionary.
func TestOthers(t *testing.T) {
	dictionaries, _ := pinned(t)
	var want []string
	has := func(d *Dictionary, w core.ErrorWord) bool {
		return slices.ContainsFunc(d.names.Words(), func(o core.ErrorWord) bool { return o.Kind == w.Kind && o.Name == w.Name && o.Value == w.Value })
	}
	for _, d := range dictionaries {
		for _, w := range d.names.Words() {
			if slices.ContainsFunc(dictionaries, func(o *Dictionary) bool { return !has(o, w) }) {
				want = append(want, line(d.Version, w))
			}
		}
	}
	path := filepath.FromSlash(otherFile)
	text := strings.Join(want, "\n") + "\n"
	if testutil.Update() {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != text {
		t.Fatalf("%s is not what the headers say (-update): %v", otherFile, err)
	}
	double := 0
	older, newer := dictionaries[0], dictionaries[1]
	for _, a := range older.names.Words() {
		for _, b := range newer.names.Words() {
			if a.Kind != core.ErrorCode || b.Kind != a.Kind || a.Value != b.Value || a.Name == b.Name || has(newer, a) || has(older, b) {
				continue
			}
			double++
			for _, d := range dictionaries {
				found, err := d.Find(fmt.Sprintf("-0x%04x", a.Value))
				names := ""
				for _, e := range found {
					names += e.Word.Name + " "
				}
				if err != nil || !strings.Contains(names, a.Name+" ") || !strings.Contains(names, b.Name+" ") {
					t.Errorf("-0x%04x, Mbed TLS %s: %s, %v; want %s and %s", a.Value, d.Version, names, err, a.Name, b.Name)
				}
			}
		}
	}
	if double < 10 {
		t.Errorf("%d numbers with two meanings", double)
	}
}

// line is a word as the file has it, tabs between: release, kind, value, name,
// header, what the header says.
func line(version string, w core.ErrorWord) string {
	return strings.Join([]string{release(version), string(w.Kind), fmt.Sprintf("0x%04x", w.Value), w.Name, w.Header, w.Says}, "\t")
}
