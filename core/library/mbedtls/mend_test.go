package mbedtls

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestMendSearches(t *testing.T) {
	for _, c := range []struct {
		name, adjust, check string
		macros, fixed       string
		on, off             string
		err                 string // of the MendError; fixed options in brackets
	}{
		{name: "nothing to do", check: "#if defined(MBEDTLS_A) && !defined(MBEDTLS_B)\n#error A\n#endif", macros: "A B"},
		{name: "the dependent goes", check: "#if defined(MBEDTLS_A) && !defined(MBEDTLS_B)\n#error A\n#endif", macros: "A", off: "A"},
		{name: "the prerequisite comes", check: "#if defined(MBEDTLS_A) && !defined(MBEDTLS_B)\n#error A\n#endif", macros: "A", fixed: "A", on: "B"},
		{name: "neither", check: "#if defined(MBEDTLS_A) && !defined(MBEDTLS_B)\n#error A needs B\n#endif", macros: "A", fixed: "A B", err: "A needs B [A B]"},
		{name: "all prerequisites", check: "#if defined(MBEDTLS_A) && (!defined(MBEDTLS_B) || !defined(MBEDTLS_C))\n#error A\n#endif", macros: "A", fixed: "A", on: "B C"},
		{name: "one of them", check: "#if defined(MBEDTLS_A) && !(defined(MBEDTLS_B) || defined(MBEDTLS_C))\n#error A\n#endif", macros: "A", fixed: "A", on: "B"},
		{name: "the second, since the first leads nowhere",
			check:  "#if defined(MBEDTLS_A) && !defined(MBEDTLS_B) && !defined(MBEDTLS_C)\n#error A\n#endif\n#if defined(MBEDTLS_B) && !defined(MBEDTLS_D)\n#error B\n#endif",
			macros: "A", fixed: "A D", on: "C"},
		{name: "the one with the fewest that depend on it",
			check:  "#if defined(MBEDTLS_A) && defined(MBEDTLS_B) && !defined(MBEDTLS_C)\n#error no name\n#endif\n#if defined(MBEDTLS_D) && !defined(MBEDTLS_A)\n#error D\n#endif",
			macros: "A B D", off: "B"},
		{name: "the one named", check: "#if defined(MBEDTLS_A) && defined(MBEDTLS_B) && !defined(MBEDTLS_C)\n#error MBEDTLS_B is wrong\n#endif", macros: "A B", off: "B"},
		{name: "a chain", check: "#if defined(MBEDTLS_A) && !defined(MBEDTLS_B)\n#error A\n#endif\n#if defined(MBEDTLS_B) && !defined(MBEDTLS_C)\n#error B\n#endif", macros: "A B", off: "B A"},
		{name: "a value can't be mended, its option can", check: "#if defined(MBEDTLS_A) && MBEDTLS_N > 3\n#error N\n#endif", macros: "A N=4", off: "A"},
		{name: "a value alone", check: "#if MBEDTLS_N > 3\n#error N\n#endif", macros: "N=4", err: "N []"},
		{name: "through what headers define",
			adjust: "#if defined(MBEDTLS_B) || defined(MBEDTLS_C)\n#define MBEDTLS_LIGHT\n#endif",
			check:  "#if defined(MBEDTLS_A) && !defined(MBEDTLS_LIGHT)\n#error A\n#endif", macros: "A", fixed: "A B LIGHT", on: "C"},
		{name: "against what headers define",
			adjust: "#if defined(MBEDTLS_B)\n#define MBEDTLS_LIGHT\n#endif\n#if defined(MBEDTLS_C)\n#define MBEDTLS_LIGHT\n#endif",
			check:  "#if defined(MBEDTLS_A) && defined(MBEDTLS_LIGHT)\n#error A\n#endif", macros: "A B C", fixed: "A", off: "B C"},
	} {
		rules, err := headerTree(t, map[string]string{
			"build_info.h":      "#include \"mbedtls/config_adjust_x.h\"\n#include \"mbedtls/check_config.h\"\n",
			"config_adjust_x.h": c.adjust + "\n", "check_config.h": c.check + "\n"}).rules()
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		macros := map[string]string{}
		for _, f := range strings.Fields(c.macros) {
			name, value, _ := strings.Cut(f, "=")
			macros["MBEDTLS_"+name] = value
		}
		names := func(list []string) string {
			return strings.ReplaceAll(strings.Join(list, " "), "MBEDTLS_", "")
		}
		on, off, err := mend(rules, macros, func(name string, on bool) bool {
			return !slices.Contains(strings.Fields(c.fixed), strings.TrimPrefix(name, "MBEDTLS_")) && name != "MBEDTLS_N"
		})
		var stuck *MendError
		switch {
		case c.err != "" && (!errors.As(err, &stuck) || stuck.Rule.Message()+" ["+names(stuck.Fixed)+"]" != c.err):
			t.Errorf("%s: %v, want %q", c.name, err, c.err)
		case c.err == "" && (err != nil || names(on) != c.on || names(off) != c.off):
			t.Errorf("%s: on %q, off %q, %v; want %q, %q", c.name, names(on), names(off), err, c.on, c.off)
		}
	}
}
