package core

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestRulesAgainstThePreprocessor holds Violated to what clang says of the
// core's own header, over random configurations.
func TestRulesAgainstThePreprocessor(t *testing.T) {
	realBuilder(t)
	src := lab.src
	rules, err := src.Rules()
	if err != nil {
		t.Fatal(err)
	}
	if len(rules) < 100 {
		t.Fatalf("%d rules in check_config.h, want 100 and more", len(rules))
	}
	var names []string
	for _, r := range rules {
		on, off := r.Names()
		names = append(names, on...)
		names = append(names, off...)
	}
	slices.Sort(names)
	names = slices.DeleteFunc(slices.Compact(names), func(n string) bool { return !strings.HasPrefix(n, "MBEDTLS_") })
	errorLine := regexp.MustCompile(`check_config\.h:(\d+):\d+: error: `)
	rng := rand.New(rand.NewPCG(4, 2))
	seen, open := map[int]bool{}, map[int]bool{}
	for i := range 150 {
		macros := map[string]string{}
		var header bytes.Buffer
		for _, n := range names {
			if rng.IntN(8) < 1+i%7 {
				value := ""
				if strings.HasSuffix(n, "_LEN") || strings.HasSuffix(n, "_SIZE") {
					value = strconv.Itoa(rng.IntN(40000))
				}
				macros[n] = value
				fmt.Fprintf(&header, "#define %s %s\n", n, value)
			}
		}
		header.WriteString("#include \"mbedtls/check_config.h\"\n")
		cmd := exec.CommandContext(context.Background(), "clang", "-E", "-x", "c", "-I"+filepath.Join(src.Dir, "include"), "-ferror-limit=0", "--target=wasm32", "-nostdlibinc", "-I"+filepath.Join("port", "include"), "-")
		cmd.Stdin = &header
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		cmd.Run() // it fails where rules are violated
		want := map[int]bool{}
		for _, m := range errorLine.FindAllStringSubmatch(stderr.String(), -1) {
			n, _ := strconv.Atoi(m[1])
			want[n] = true
			seen[n] = true
		}
		if stderr.Len() > 0 && len(want) == 0 {
			t.Fatalf("clang: %s", stderr.String())
		}
		for _, r := range rules {
			violated, known := r.Violated(macros)
			if !known {
				open[r.Line] = true
			}
			if known && violated != want[r.Line] {
				t.Errorf("configuration %d, line %d (%s): violated %v, clang says %v", i, r.Line, r.Message, violated, want[r.Line])
			}
			if !known && want[r.Line] && !violated {
				t.Errorf("configuration %d, line %d: not known and not violated, clang says it is", i, r.Line)
			}
		}
	}
	if len(open) > 20 { // the compiler's macros and the header's own
		t.Errorf("%d of %d rules could not be told", len(open), len(rules))
	}
	if len(seen) < 80 {
		t.Errorf("only %d rules were violated by any configuration", len(seen))
	}
}
