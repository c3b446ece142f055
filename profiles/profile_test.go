package profiles

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func load(t *testing.T, name string) *Profile {
	t.Helper()
	p, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func expand(t *testing.T, p *Profile) []Variant {
	t.Helper()
	vs, err := p.Expand()
	if err != nil {
		t.Fatal(err)
	}
	return vs
}

func variant(t *testing.T, p *Profile, name string) Variant {
	t.Helper()
	for _, v := range expand(t, p) {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("%s has no variant %s", p.Name, name)
	return Variant{}
}

func scenario(t *testing.T, p *Profile, name string) *Scenario {
	t.Helper()
	s, err := LoadScenario(p, name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNames(t *testing.T) {
	if got, want := Names(), []string{"boards", "certs", "debug", "dtls", "failures", "imxrt1052", "protocols-3.6", "protocols", "servers-3.6", "servers", "stm32f103", "stm32f407", "time"}; !slices.Equal(got, want) {
		t.Errorf("Names() = %q, want %q", got, want)
	}
	want := []string{
		"dtls10-ecdhe-ecdsa-p256-aes128-cbc-sha", "dtls10-psk-aes128-cbc-sha", "dtls12-cid",
		"dtls12-ecdhe-ecdsa-p256-aes128-gcm", "dtls12-fragments", "dtls12-psk-aes128-ccm8-loss", "dtls12-psk-aes128-ccm8", "dtls12-reconnect",
		"ecdhe-ecdsa-p256-aes128-gcm", "ecdhe-rsa-aes128-gcm", "psk-aes128-ccm8",
		"rsa-aes256-cbc-sha256", "rsa4096-aes256-cbc-sha256",
	}
	if got := ScenarioNames(); !slices.Equal(got, want) {
		t.Errorf("ScenarioNames() = %q, want %q", got, want)
	}
	for _, name := range ScenarioNames() {
		s := scenario(t, nil, name)
		if s.RTCSeconds() != 1767225600 || len(s.Digest()) != 64 || (s.PSK != nil && len(s.PSK.Key()) != 16) {
			t.Errorf("%s: RTC %d, digest %s", name, s.RTCSeconds(), s.Digest())
		}
	}
}

// The manual's figures, section 6.2; its RW there is RW + ZI.
func TestReference(t *testing.T) {
	p := load(t, "imxrt1052")
	for i, want := range []struct{ rom, ro, rwzi, heap int64 }{
		{159972, 159828, 720, 26849},
		{71975, 71893, 82, 23344},
	} {
		r := p.Configs[i].Reference
		if r["rom-B"] != want.rom || r["ro-B"] != want.ro || r["rw-B"]+r["zi-B"] != want.rwzi ||
			r["ro-B"]+r["rw-B"] != r["rom-B"] || r["heap-peak-B"] != want.heap {
			t.Errorf("%s: %v", p.Configs[i].Name, r)
		}
	}
}

func TestExpand(t *testing.T) {
	// Two configs, and 6 + 6 + 2 + 4 + 4 + 2 + 2 values of the optimised one.
	for name, want := range map[string]int{"imxrt1052": 2 + 26, "stm32f407": 1 + 8, "stm32f103": 1 + 5} {
		p := load(t, name)
		vs := expand(t, p)
		if len(vs) != want {
			t.Errorf("%s: %d variants, want %d", name, len(vs), want)
		}
		seen := map[string]bool{}
		for _, v := range vs {
			if seen[v.Name] {
				t.Errorf("%s: %s twice", name, v.Name)
			}
			seen[v.Name] = true
		}
	}
	p := load(t, "imxrt1052")
	v := variant(t, p, "rtthread-optimised/MPI_WINDOW_SIZE=3")
	if got, ok := v.Settings.Get("MPI_WINDOW_SIZE"); !ok || got != "3" || v.Base != "rtthread-optimised" ||
		v.Option != "MPI_WINDOW_SIZE" || v.Value != "3" || v.SameAsBase {
		t.Errorf("%+v", v)
	}
	v = variant(t, p, "rtthread-optimised/AES_ROM_TABLES=off")
	if _, ok := v.Settings.Get("MBEDTLS_AES_ROM_TABLES"); ok || v.SameAsBase {
		t.Errorf("%+v", v)
	}
	// The base is not touched by its variations.
	base := variant(t, p, "rtthread-optimised")
	if got, _ := base.Settings.Get("MPI_WINDOW_SIZE"); got != "2" {
		t.Errorf("base has MPI_WINDOW_SIZE %s", got)
	}
	if got, _ := base.Settings.Get("SSL_MAX_CONTENT_LEN"); got != "3584" {
		t.Errorf("base has SSL_MAX_CONTENT_LEN %s", got)
	}
	// A variation that is the config itself has the config's header, to the byte.
	s := scenario(t, p, "ecdhe-rsa-aes128-gcm")
	want, _, err := Render(base, s)
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for _, v := range expand(t, p) {
		if v.Option == "" {
			continue
		}
		got, _, err := Render(v, s)
		if err != nil {
			t.Fatal(err)
		}
		if v.SameAsBase != (string(got) == string(want)) {
			t.Errorf("%s: SameAsBase is %v", v.Name, v.SameAsBase)
		}
		if v.SameAsBase {
			same++
		}
	}
	if same != 7 { // one value of each axis is the config's own
		t.Errorf("%d variations are the config itself, want 7", same)
	}
}

// An axis must stay what it says, so no scenario may need what a profile sweeps.
func TestNeedsAreNotSwept(t *testing.T) {
	swept := map[string]string{}
	for _, name := range Names() {
		for _, a := range load(t, name).Axes {
			swept[lib().Short(a.Option)] = name
		}
	}
	for _, name := range ScenarioNames() {
		for need := range scenario(t, nil, name).Needs {
			if p := swept[lib().Short(need)]; p != "" {
				t.Errorf("scenario %s needs %s, which %s sweeps", name, need, p)
			}
		}
	}
}

func TestUnknownNames(t *testing.T) {
	_, perr := Load("imxrt1025")
	_, serr := LoadScenario(nil, "psk-aes128-ccm")
	for _, c := range []struct {
		err  error
		want string
	}{
		{perr, `profile "imxrt1025": not known; did you mean imxrt1052?`},
		{serr, `scenario "psk-aes128-ccm": not known; did you mean psk-aes128-ccm8`},
	} {
		var unknown *UnknownError
		if !errors.As(c.err, &unknown) || !strings.HasPrefix(c.err.Error(), c.want) {
			t.Errorf("got %v\nwant %s", c.err, c.want)
		}
	}
	if _, err := Load("./none.toml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := LoadScenario(load(t, "imxrt1052"), "./x.toml"); err == nil || !strings.Contains(err.Error(), "only a user's own profile") {
		t.Errorf("a path in a built-in profile: %v", err)
	}
}

// TestBadProfiles changes one thing of testdata/user/mine.toml and wants the
// one clear line.
func TestBadProfiles(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown key", "heap_bytes", "heap_byte", `mine.toml:11: key "heap_byte" is not known (did you mean "heap_bytes"?)`},
		{"unknown table", "[memory]", "[memmory]", `mine.toml:10: key "memmory" is not known (did you mean "memory"?)`},
		{"heap", "heap_bytes  = 32_768", "heap_bytes  = 1024", "mine.toml:11: memory.heap_bytes: 1024: not in 4096..16777216"},
		{"stack", "= 8_192", "= 8_200", "mine.toml:12: memory.stack_bytes: 8200: not a multiple of 16"},
		{"no memory", "heap_bytes  = 32_768", "", "mine.toml:10: memory.heap_bytes: 0: not in"},
		{"negative", "= 32_768", "= -1", "mine.toml:11: memory.heap_bytes: "},
		{"level", `arm  = "-Os"`, `arm  = "-Oz"`, `mine.toml:8: compiler.arm: "-Oz": not one of`},
		{"name", `"mine"`, `"Mine"`, `mine.toml:1: name: "Mine": not of the form`},
		{"machine", `["wasm"]`, `["wsam"]`, `machine "wsam": not known; did you mean wasm?`},
		{"config twice", `name   = "own-header"`, `name   = "own-list"`, `mine.toml:21: config[1].name: "own-list": named twice`},
		{"no base", `base = "small.txt"`, ``, "mine.toml:14: config[0]: needs one of base and header"},
		{"unknown base", `"small.txt"`, `"rtthread-optimized-2018"`, `base "rtthread-optimized-2018": not known; did you mean rtthread-optimised-2018?`},
		{"no such list", `"small.txt"`, `"none.txt"`, "mine.toml:16: config[0].base: open "},
		{"no such header", `"my.h"`, `"none.h"`, "mine.toml:22: config[1].header: stat "},
		{"option", "MPI_WINDOW_SIZE = 3", "mpi_window = 3", `config[0].set.mpi_window: option "mpi_window": not a macro's name`},
		{"option's value", "MPI_WINDOW_SIZE = 3", "MPI_WINDOW_SIZE = 3.5", "mine.toml:18: config[0].set.MPI_WINDOW_SIZE: 3.5: neither true"},
		{"value with a comment", "MPI_WINDOW_SIZE = 3", `MPI_WINDOW_SIZE = "3 /* x"`, "can't be a macro's value"},
		{"axis of no config", `config = "own-list"`, `config = "own-lst"`, `mine.toml:25: axis[0].config: config "own-lst": not known; did you mean own-list?`},
		{"axis twice", "values = [2, 4]", "values = [2, 4]\n[[axis]]\nconfig = \"own-list\"\noption = \"MBEDTLS_ECP_WINDOW_SIZE\"\nvalues = [5]", "has an axis already"},
		{"value twice", "values = [2, 4]", "values = [2, 2]", "mine.toml:27: axis[0].values: 2: named twice"},
		{"no values", "values = [2, 4]", "values = []", "mine.toml:27: axis[0].values: none"},
		{"scenario", `"psk-aes128-ccm8"`, `"psk-aes128-ccm9"`, `mine.toml:4: scenarios: 1: scenario "psk-aes128-ccm9": not known; did you mean psk-aes128-ccm8?`},
		{"scenario file", `"own.toml"`, `"none.toml"`, "mine.toml:4: scenarios: 2: scenario: open "},
		{"metric", "heap-peak-B = ", "heap-peek-B = ", `mine.toml:30: budget.heap-peek-B: metric "heap-peek-B": not known; did you mean heap-peak-B`},
		{"budget of no config", `budget_configs = ["own-list"]`, `budget_configs = ["all"]`, `config "all": not known`},
		{"no CA file", `"ca.pem"`, `"none.pem"`, "mine.toml:6: ca_files: 1: "},
		{"syntax", "values = [2, 4]", "values = [2, 4", "mine.toml:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("testdata/user")); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "mine.toml")
			good, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(string(good), c.old, c.new, 1)
			if text == string(good) {
				t.Fatalf("%q is not in the file", c.old)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = Load(path)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// refused checks that a scenario is refused in words that have want once a part
// of its file is another, with the line.
func refused(t *testing.T, scenario, old, changed, want string) {
	t.Helper()
	good, err := os.ReadFile("scenarios/" + scenario + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(good), old, changed, 1)
	if text == string(good) {
		t.Errorf("%s: %q is not in the file", scenario, old)
	}
	_, err = decodeScenario(lib(), "x.toml", []byte(text), scenario)
	if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "x.toml:") {
		t.Errorf("got %v\nwant x.toml:LINE: %s", err, want)
	}
}

func TestBadScenarios(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"psk-aes128-ccm8", "rtt_us ", "rtt_ms ", `is not known (did you mean "rtt_us"?)`},
		{"psk-aes128-ccm8", "= 20_000 ", "= -1 ", "wire.rtt_us: -1: not in 0..60000000"},
		{"psk-aes128-ccm8", "10_000_000", "10", "wire.rate_bps: 10: neither 0 (unlimited) nor at least 300"},
		{"psk-aes128-ccm8", "1460", "20", "wire.mtu_B: 20: not in 64..65535"},
		{"psk-aes128-ccm8", "0001", "0x01", "psk.key_hex: not hexadecimal"},
		{"psk-aes128-ccm8", "000102030405060708090a0b0c0d0e0f", "0001", "psk.key_hex: 2 bytes: not in 4..256"},
		{"psk-aes128-ccm8", `"tls1.2"`, `"tls1.4"`, `protocol: protocol "tls1.4": not known; did you mean tls1.0, tls1.1 or tls1.2?`},
		{"psk-aes128-ccm8", "TLS-PSK", "TLS_PSK", "not a suite as Mbed TLS names it"},
		{"psk-aes128-ccm8", "2026-01-01T", "2026-01-01 ", "not a time as RFC 3339 writes it"},
		{"psk-aes128-ccm8", "CCM_C = true", "CCM_C = [1]", "needs.CCM_C: [1]: neither true"},
		{"rsa-aes256-cbc-sha256", `"pem"`, `"p12"`, `ca_format: "p12": neither pem nor der`},
		{"rsa-aes256-cbc-sha256", `"wrong-name"`, `"wrong-nam"`, `checks: 2: check "wrong-nam": not known; did you mean wrong-name?`},
		{"rsa-aes256-cbc-sha256", `chain     = "rsa2048"`, ``, "chain: missing, and there is neither [psk] nor password"},
		{"rsa-aes256-cbc-sha256", `name      = "rsa-`, `name      = "rsb-`, "must be the file's name"},
		{"rsa-aes256-cbc-sha256", "response_B = 267", "response_B = -2", "payload.response_B: -2: not in"},
	} {
		refused(t, c.file, c.old, c.new, c.want)
	}
}

func TestBadLists(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"# nothing\n", "l.txt: defines no macro"},
		{"MBEDTLS_A\nSHA_C\n", `l.txt:2: "SHA_C": not a macro that begins with MBEDTLS_`},
		{"MBEDTLS_sha\n", `l.txt:1: "MBEDTLS_sha": not a macro that begins with MBEDTLS_`},
		{"MBEDTLS_A\n\nMBEDTLS_A 2\n", "l.txt:3: MBEDTLS_A: is on line 1 already"},
		{"MBEDTLS_A 1 // one\n", "l.txt:1: MBEDTLS_A: "},
	} {
		if _, err := parseList(lib(), "l.txt", []byte(c.text)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("got %v\nwant %s", err, c.want)
		}
	}
}
