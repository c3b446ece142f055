package adapt

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/core"
	"tlslab/core/library"
	"tlslab/profiles"
)

// asmCore has one rule: PADLOCK_C needs HAVE_ASM.
var asmCore = map[string]string{
	"include/mbedtls/build_info.h": "#define MBEDTLS_VERSION_STRING \"3.0.99\"\n#include MBEDTLS_CONFIG_FILE\n#include \"mbedtls/check_config.h\"\n",
	"include/mbedtls/mbedtls_config.h": "/** assembly */\n#define MBEDTLS_HAVE_ASM\n\n/** VIA's */\n#define MBEDTLS_PADLOCK_C\n\n" +
		"/** AES */\n#define MBEDTLS_AES_C\n\n/** TLS 1.2 */\n#define MBEDTLS_SSL_PROTO_TLS1_2\n",
	"include/mbedtls/check_config.h": "#if defined(MBEDTLS_PADLOCK_C) && !defined(MBEDTLS_HAVE_ASM)\n#error \"PADLOCK_C, but not all prerequisites\"\n#endif\n" +
		"#if defined(MBEDTLS_HAVE_ASM) && !defined(MBEDTLS_AES_C)\n#error \"HAVE_ASM, but not all prerequisites\"\n#endif\n",
	"library/aes.c": "",
}

// An axis of the core's own header takes along what the rules tie to it, so does
// what the profile takes out of it, and both say so. What a scenario needs and
// what a user's own header says stays.
func TestAxesTakeAlong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, text := range asmCore {
		write(name, text)
	}
	write("own.h", "#define MBEDTLS_PADLOCK_C\n#define MBEDTLS_AES_C\n")
	ctx := context.Background()
	src, err := library.Resolve(ctx, "dir:"+dir, &core.Cache{Dir: t.TempDir()}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	file := write("p.toml", "name = \"p\"\nboard = \"imxrt1052\"\ncore = \"dir:.\"\nscenarios = [\"psk-aes128-ccm8\"]\n"+
		"[memory]\nheap_bytes = 65536\nstack_bytes = 16384\n"+
		"[[config]]\nname = \"as-it-comes\"\nbase = \"core\"\n"+
		"[[config]]\nname = \"without\"\nbase = \"core\"\nunset = [\"HAVE_ASM\"]\n"+
		"[[config]]\nname = \"own\"\nheader = \"own.h\"\n"+
		"[[axis]]\nconfig = \"as-it-comes\"\noption = \"HAVE_ASM\"\nvalues = [false]\n"+
		"[[axis]]\nconfig = \"as-it-comes\"\noption = \"AES_C\"\nvalues = [false]\n")
	p, err := profiles.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	name, header, err := src.Header()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.UseCore(profiles.Core{File: name, Header: header}); err != nil {
		t.Fatal(err)
	}
	p.Core = src.Core
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := To(plan, src); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"as-it-comes": false, "as-it-comes/HAVE_ASM=off": true, "as-it-comes/AES_C=off": true, "without": true, "own": false}
	for _, j := range plan.Jobs {
		along, known := want[j.Variant.Name]
		if !known {
			t.Fatalf("%s: not among those that are looked at", j.Variant.Name)
		}
		delete(want, j.Variant.Name)
		if got := slices.Contains(j.Added, "-PADLOCK_C"+profiles.CoreNote); got != along {
			t.Errorf("%s: PADLOCK_C goes along: %t, want %t; added %q", j.Variant.Name, got, along, j.Added)
		}
		if got := strings.Contains(string(j.Header), "#undef MBEDTLS_PADLOCK_C"); got != along {
			t.Errorf("%s: taken out in its header: %t, want %t", j.Variant.Name, got, along)
		}
	}
	if len(want) > 0 {
		t.Errorf("not planned: %v", want)
	}
}
