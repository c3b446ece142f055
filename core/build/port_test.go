package build

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// partial are files that make no sense without what they are for.
var partial = []struct{ file, define string }{
	{"../port/mbedtls/client_", "-DTLSLAB_FEATURES"}, {"../port/mbedtls/debuglog.c", "-DTLSLAB_DEBUG"}, {"../port/mbedtls/keylog.c", "-DTLSLAB_KEYLOG"},
	{"../port/mbedtls/server_dtls.c", "-DTLSLAB_DTLS"}, {"../port/mbedtls/server_extensions.c", "-DTLSLAB_EXTENSIONS"},
	{"../port/mbedtls/server_features.c", "-DTLSLAB_FEATURES"}, {"../port/mbedtls/server_resume.c", "-DTLSLAB_FEATURES"},
	{"../port/mbedtls/sample.c", "-DTLSLAB_FEATURES"}, {"../port/mbedtls/session", "-DTLSLAB_FEATURES"},
}

// everyDefine is all that a scenario can ask of a client, and the reference server.
func everyDefine(t *testing.T) (defines []string) {
	for _, file := range []string{"../features.go", "../../profiles/feature.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"(TLSLAB_\w+)"`).FindAllSubmatch(text, -1) {
			defines = append(defines, "-D"+string(m[1]))
		}
	}
	if len(defines) < 3 {
		t.Fatalf("the features have %q", defines)
	}
	return append(defines, "-DTLSLAB_DEBUG", "-DTLSLAB_DTLS", "-DTLSLAB_EXTENSIONS", "-DTLSLAB_KEYLOG", "-DTLSLAB_SNTP")
}

// Every file of the port is free of warnings with both compilers, also those
// about conversions; the library's own headers are not ours to judge.
func TestPortWarnings(t *testing.T) {
	b := realBuilder(t)
	const device = "#undef MBEDTLS_SSL_CLI_C\n#define MBEDTLS_SSL_SRV_C\n"
	const whole = "#include \"mbedtls/config.h\"\n#undef MBEDTLS_NET_C\n#define MBEDTLS_TIMING_ALT\n" +
		"#define MBEDTLS_NO_PLATFORM_ENTROPY\n#define MBEDTLS_ENTROPY_HARDWARE_ALT\n"
	for _, variant := range []struct {
		base, change string
		defines      []string
	}{
		{"rtthread-default", "", nil},
		{optimised, "", nil},
		{"", whole, everyDefine(t)},
		{"", whole, []string{"-DTLSLAB_DEVICE", "-DTLSLAB_DTLS"}},
		{optimised, device, []string{"-DTLSLAB_DEVICE", "-DTLSLAB_CHAIN_DER"}},
		{optimised, device + "#undef MBEDTLS_X509_USE_C\n#undef MBEDTLS_X509_CRT_PARSE_C\n#undef MBEDTLS_KEY_EXCHANGE_RSA_ENABLED\n#define MBEDTLS_KEY_EXCHANGE_PSK_ENABLED\n",
			[]string{"-DTLSLAB_DEVICE"}},
	} {
		spec := specOf(t, cmp.Or(variant.base, optimised), rsa)
		if spec.Header = with(spec.Header, variant.change); variant.base == "" {
			spec.Header = []byte(variant.change)
		}
		dir := t.TempDir()
		write(t, filepath.Join(dir, "tlslab_config.h"), string(spec.Header))
		for _, tg := range []target{lab.tools.wasm("-O2", b.portDir), lab.tools.arm(spec, b.portDir)} {
			files, _ := filepath.Glob("../port/*.c")
			own, _ := filepath.Glob("../port/mbedtls/*.c")
			files = append(files, own...)
			libc, _ := filepath.Glob("../port/libc/*.c")
			if len(files) < 5 || len(libc) < 3 {
				t.Fatalf("files %q, %q", files, libc)
			}
			for _, f := range append(files, libc...) {
				if slices.ContainsFunc(partial, func(p struct{ file, define string }) bool {
					return strings.HasPrefix(f, p.file) && !slices.Contains(variant.defines, p.define)
				}) {
					continue
				}
				if strings.Contains(f, "boot_") && !strings.Contains(f, "boot_"+tg.name) && tg.name == "wasm" || (strings.HasPrefix(f, "../port/mbedtls/server") || f == "../port/server_empty.c") && variant.change == "" ||
					(f == "../port/mbedtls/server_lies.c" || f == "../port/mbedtls/server_pss.c") && slices.Contains(variant.defines, "-DTLSLAB_DEVICE") || f == "../port/mbedtls/client.c" && strings.HasPrefix(variant.change, device) ||
					f == "../port/boot_wasm.c" && tg.name != "wasm" || strings.Contains(f, "link_") && tg.name == "wasm" {
					continue
				}
				args := append(append(append([]string{}, tg.flags...), tg.sys...), variant.defines...)
				for i, a := range args {
					if a == "-w" {
						args[i] = "-Wall"
					}
				}
				args = append(args, "-Wextra", "-Wconversion", "-Werror", "-fsyntax-only", `-DMBEDTLS_CONFIG_FILE="tlslab_config.h"`,
					"-isystem", dir, "-isystem", filepath.Join(lab.src.Dir, "include"), "-I../port", "-I../port/mbedtls", f)
				command(t, tg.cc, args...)
			}
		}
	}
}

// What the guest reports of its options is what the image says was asked for.
func TestGuestReportsItsOptions(t *testing.T) {
	b := realBuilder(t)
	for _, variant := range []string{"rtthread-default", optimised} {
		spec := specOf(t, variant, rsa)
		spec.Board = nil
		if variant == optimised { // a list has commas, a text quotes
			spec.Header = with(spec.Header, "#undef MBEDTLS_SSL_CIPHERSUITES\n#define MBEDTLS_SSL_CIPHERSUITES MBEDTLS_TLS_RSA_WITH_AES_256_CBC_SHA256, \\\n MBEDTLS_TLS_RSA_WITH_AES_128_CBC_SHA256\n"+
				"#define MBEDTLS_PLATFORM_STD_NV_SEED_FILE \"MBEDTLS_AES_C\"")
		}
		img := build(t, b, spec)
		g := newGuest(t, img.WASM)
		g.call("tlslab_boot", 65536)
		g.call("tlslab_step")
		if len(g.events) == 0 || g.events[0][0] != 1 {
			t.Fatalf("%d events, the first is not the options", len(g.events))
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		got := map[string]string{}
		for _, line := range strings.Split(strings.TrimSuffix(string(g.events[0][1:]), "\n"), "\n") {
			name, value, _ := strings.Cut(line, " ")
			got[name] = squeeze(value)
		}
		for name, value := range img.Options {
			if v, ok := got[name]; !ok || v != squeeze(value) {
				t.Errorf("%s: %s is %q in the guest, want %q", variant, name, v, value)
			}
		}
		if len(got) != len(img.Options) || len(got) < 20 {
			t.Errorf("%s: %d options reported, %d asked for", variant, len(got), len(img.Options))
		}
	}
}

// No file of the port is long, and none has a path or a date in it.
func TestPortFiles(t *testing.T) {
	err := filepath.WalkDir("../port", func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if n := strings.Count(string(data), "\n"); n > 250 {
			t.Errorf("%s has %d lines", p, n)
		}
		for _, word := range []string{"__FILE__", "__DATE__", "__TIME__"} {
			if strings.Contains(string(data), word) {
				t.Errorf("%s uses %s: images would differ", p, word)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
