package mbedtls

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tlslab/internal/testutil"
)

// headerTree is a core made of headers alone.
func headerTree(t testing.TB, files map[string]string) *tree {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, "include", "mbedtls", name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return newTree(dir, "")
}

func TestRuleViolated(t *testing.T) {
	for _, c := range []struct {
		text            string
		macros          string // NAME=VALUE, without MBEDTLS_
		violated, known bool
	}{
		{"#if defined(MBEDTLS_A) && !defined(MBEDTLS_B)\n#error x\n#endif", "A", true, true},
		{"#if defined(MBEDTLS_A) && !defined(MBEDTLS_B)\n#error x\n#endif", "A B", false, true},
		{"#if MBEDTLS_A > 255\n#error x\n#endif", "A=256", true, true},
		{"#if MBEDTLS_A > 255\n#error x\n#endif", "A=0xff", false, true},
		{"#if MBEDTLS_A > 255\n#error x\n#endif", "", false, true},
		{"#if MBEDTLS_A > 255\n#error x\n#endif", "A=sizeof(int)", false, false},
		{"#if MBEDTLS_A > 255\n#error x\n#endif", "A=f(1)", false, false},
		{"#if MBEDTLS_A - MBEDTLS_B > 0\n#error x\n#endif", "A=3 B=2", true, true},
		{"#if MBEDTLS_A - MBEDTLS_B > 0\n#error x\n#endif", "A=2 B=2", false, true},
		{"#if MBEDTLS_A * 2 == 6\n#error x\n#endif", "A=1+1", false, true}, // 1+1*2
		{"#if MBEDTLS_A * 2 == 6\n#error x\n#endif", "A=(MBEDTLS_B+1) B=2", true, true},
		{"#if MBEDTLS_A\n#error x\n#endif", "A=MBEDTLS_A", false, false},
		{"#if (MBEDTLS_A < 1 || MBEDTLS_A >= 1 << 3) != 0\n#error x\n#endif", "A=8", true, true},
		{"#if (defined(MBEDTLS_A) ? 1 : 0) == defined MBEDTLS_B\n#error x\n#endif", "A B", true, true},
		{"#if MBEDTLS_A ? 0 : MBEDTLS_B\n#error x\n#endif", "B=4", true, true},
		{"#if MBEDTLS_A / MBEDTLS_B\n#error x\n#endif", "A=1", false, false},
		{"#if MBEDTLS_A > 4u\n#error x\n#endif", "A=5", true, true},
		{"#if defined(MBEDTLS_A)\n#if defined(MBEDTLS_B)\n#elif !defined(MBEDTLS_C)\n#error x\n#endif\n#endif", "A", true, true},
		{"#if defined(MBEDTLS_A)\n#if defined(MBEDTLS_B)\n#elif !defined(MBEDTLS_C)\n#error x\n#endif\n#endif", "A B", false, true},
		{"#ifdef MBEDTLS_A\n#else\n#error x\n#endif", "", true, true},
		{"#ifdef MBEDTLS_A\n#define MBEDTLS_D\n#endif\n#ifdef MBEDTLS_D\n#error x\n#endif", "A", true, true},
		{"#ifdef MBEDTLS_A\n#define MBEDTLS_D 7\n#endif\n#if MBEDTLS_D == 7\n#error x\n#endif", "A D=1", true, true},
		{"#define MBEDTLS_D\n#undef MBEDTLS_D\n#ifdef MBEDTLS_D\n#error x\n#endif", "D", false, true},
		{"#ifdef MBEDTLS_D\n#error x\n#endif\n#define MBEDTLS_D", "", false, true}, // defined only later
		{"#ifdef __has_feature\n#define MBEDTLS_D\n#endif\n#ifdef MBEDTLS_D\n#error x\n#endif", "", false, false},
		{"#ifdef __has_feature\n#define MBEDTLS_D\n#endif\n#ifdef MBEDTLS_D\n#error x\n#endif", "D", true, true},
		{"#if __has_feature(x) && defined(MBEDTLS_A)\n#error x\n#endif", "", false, true},
		{"#ifdef _WIN32\n#error x\n#endif", "", false, true},
		{"#if CHAR_BIT != 8\n#error x\n#endif", "", false, true},
	} {
		rules, err := headerTree(t, map[string]string{"check_config.h": c.text + "\n"}).rules()
		if err != nil || len(rules) != 1 {
			t.Errorf("%q: %d rules, %v", c.text, len(rules), err)
			continue
		}
		macros := map[string]string{}
		for _, f := range strings.Fields(c.macros) {
			name, value, _ := strings.Cut(f, "=")
			macros["MBEDTLS_"+name] = value
		}
		if violated, known := rules[0].Violated(macros); violated != c.violated || known != c.known {
			t.Errorf("%q with %q: violated %v, known %v", c.text, c.macros, violated, known)
		}
	}
}

func TestRulesOfAdjustedConfiguration(t *testing.T) {
	src := headerTree(t, map[string]string{
		"build_info.h":      "#include \"mbedtls/mbedtls_config.h\"\n#include \"mbedtls/config_adjust_x.h\"\n#include \"mbedtls/check_config.h\"\n",
		"mbedtls_config.h":  "#define MBEDTLS_A\n",
		"config_adjust_x.h": "#if defined(MBEDTLS_A)\n#define MBEDTLS_LIGHT\n#endif\n#if !defined(MBEDTLS_A)\n#error \"not a rule\"\n#endif\n",
		"check_config.h":    "/* two\n lines */ #include <limits.h>\n#if defined(MBEDTLS_B) && \\\n  !defined(MBEDTLS_LIGHT)\n#error \"MBEDTLS_B: \" \\\n   \"needs light\"\n#endif\n",
	})
	rules, err := src.rules()
	if err != nil || len(rules) != 1 {
		t.Fatalf("%d rules, %v", len(rules), err)
	}
	r := rules[0]
	if r.line != 5 || r.message != "MBEDTLS_B: needs light" {
		t.Errorf("line %d, message %q", r.line, r.message)
	}
	for text, want := range map[string]bool{"MBEDTLS_B": true, "MBEDTLS_B MBEDTLS_A": false, "": false} {
		macros := map[string]string{}
		for _, f := range strings.Fields(text) {
			macros[f] = ""
		}
		if violated, known := r.Violated(macros); violated != want || !known {
			t.Errorf("%q: violated %v, known %v", text, violated, known)
		}
	}
	positive, negative := r.names()
	if !slices.Equal(positive, []string{"MBEDTLS_B"}) || !slices.Equal(negative, []string{"MBEDTLS_LIGHT"}) {
		t.Errorf("names %q, %q", positive, negative)
	}
	if got, want := r.Condition(), "MBEDTLS_B && !MBEDTLS_LIGHT"; got != want {
		t.Errorf("condition %q", got)
	}
	if !r.Mentions("MBEDTLS_LIGHT") || r.Mentions("MBEDTLS_A") {
		t.Error("mentions")
	}
}

func TestRuleCondition(t *testing.T) {
	for text, want := range map[string]string{
		"#if defined(A) && ( !defined(B) || (defined(C) && D > 2) )\n#error\n#endif":      "A && (!B || (C && D > 2))",
		"#if defined(A) && defined(B) && !(defined(C)||defined(D))\n#error\n#endif":       "A && B && !(C || D)",
		"#if !defined(A)\n#elif A - 1 > 2\n#else\n#if defined(B)\n#error\n#endif\n#endif": "!!A && !(A - 1 > 2) && B",
	} {
		rules, err := headerTree(t, map[string]string{"check_config.h": text + "\n"}).rules()
		if err != nil || len(rules) != 1 || rules[0].Condition() != want {
			t.Errorf("%q: %v, %q, want %q", text, err, rules[0].Condition(), want)
		}
	}
}

var (
	configLine = regexp.MustCompile(`(?m)^(//)?#define (MBEDTLS_\w+)(.*)$`)
	errorAt    = regexp.MustCompile(`check_config\.h:(\d+):\d+: error: `)
)

// Every #error that clang reaches, and no other, is a rule violated: for
// random configurations around the core's own default.
func TestRulesAgreeWithThePreprocessor(t *testing.T) {
	testutil.Nightly(t)
	src := source(t, "mbedtls-2.28")
	testutil.Need(t, "clang")
	rulesAgree(t, src.Tree.(*tree), 300)
}

func rulesAgree(t *testing.T, src *tree, configurations int) {
	rules, err := src.rules()
	if err != nil {
		t.Fatal(err)
	}
	header := "config.h"
	probe := "#include \"mbedtls/check_config.h\"\n"
	if _, err := os.Stat(filepath.Join(src.dir, "include", "mbedtls", "mbedtls_config.h")); err == nil {
		header, probe = "mbedtls_config.h", "#include \"mbedtls/build_info.h\"\n"
	}
	data, err := os.ReadFile(filepath.Join(src.dir, "include", "mbedtls", header))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	file := filepath.Join(t.TempDir(), "random_config.h")
	told, reached := 0, map[int]bool{}
	for n := range configurations {
		macros := map[string]string{}
		// From a handful of changes, where one rule is violated, to half of
		// them, where most are.
		often := []float64{0.01, 0.05, 0.2, 0.5}[n%4]
		for _, m := range configLine.FindAllStringSubmatch(string(data), -1) {
			on, value := m[1] == "", ""
			if r.Float64() < often {
				on = !on
				if fields := strings.Fields(m[3]); len(fields) > 0 {
					if _, err := strconv.Atoi(fields[0]); err == nil {
						value = strconv.Itoa(r.IntN(600))
					}
				}
			}
			if on && m[2] != "MBEDTLS_CONFIG_FILE" && !strings.HasSuffix(m[2], "_CONFIG_FILE") && !strings.HasSuffix(m[2], "_H") {
				macros[m[2]] = value
			}
		}
		var b strings.Builder
		for _, k := range slices.Sorted(maps.Keys(macros)) {
			fmt.Fprintf(&b, "#define %s %s\n", k, macros[k])
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("clang", "-E", "-w", "-ferror-limit=0", "-DMBEDTLS_CONFIG_FILE=\""+file+"\"", "-include", file,
			"-I", filepath.Join(src.dir, "include"), "-x", "c", "-", "-o", os.DevNull)
		cmd.Stdin = strings.NewReader(probe)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		runErr := cmd.Run()
		want := map[int]bool{}
		for _, m := range errorAt.FindAllStringSubmatch(stderr.String(), -1) {
			line, err := strconv.Atoi(m[1])
			if err != nil {
				t.Fatal(err)
			}
			want[line] = true
			reached[line] = true
		}
		if runErr != nil && len(want) == 0 {
			t.Fatalf("clang: %v\n%s", runErr, &stderr)
		}
		for i := range rules {
			violated, known := rules[i].Violated(macros)
			if !known {
				continue
			}
			told++
			if violated != want[rules[i].line] {
				t.Errorf("configuration %d: %d (%s): violated %v, clang says %v", n, rules[i].line, rules[i].message, violated, want[rules[i].line])
			}
		}
		for _, i := range violations(rules, macros) {
			if !want[rules[i].line] {
				t.Errorf("configuration %d: %d is no violation", n, rules[i].line)
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	all := configurations * len(rules)
	t.Logf("%d rules, %d seen violated; %d of %d answers told", len(rules), len(reached), told, all)
	if told < all*98/100 || len(reached) < len(rules)*8/10 {
		t.Errorf("%d of %d answers told, %d of %d rules seen violated: too few", told, all, len(reached), len(rules))
	}
}
