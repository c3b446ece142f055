package build

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"tlslab/boards"
	"tlslab/core"
)

// What a unit allocates and frees without use stays in it on both machines:
// heap and allocations are compared to the byte.
func TestAllocationsStay(t *testing.T) {
	needTools(t)
	tools, err := FindToolchain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	port, err := filepath.Abs("../port")
	if err != nil {
		t.Fatal(err)
	}
	spec := &core.Spec{Board: &boards.Board{CPU: "cortex-m4", FloatABI: "soft"}}
	label := regexp.MustCompile(`(?m)^(?:([a-z]+_(\d)):|\s+(?:call|bl?(?:\.w)?)\s+(malloc|calloc|realloc|free)\b)`)
	for _, opt := range []string{"-O2", "-Os", "-O3"} {
		spec.ARMOpt = opt
		for _, tg := range []target{tools.wasm(opt, port), tools.arm(spec, port)} {
			out := filepath.Join(t.TempDir(), "pairs.s")
			args := append(append([]string{}, tg.flags...), tg.sys...)
			if text, err := exec.Command(tg.cc, append(args, "-S", "-o", out, "testdata/pairs.c")...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			text, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			calls, want, name := map[string]int{}, map[string]int{}, ""
			for _, found := range label.FindAllStringSubmatch(string(text), -1) {
				if found[1] != "" {
					name = found[1]
					want[name], _ = strconv.Atoi(found[2])
				} else {
					calls[name]++
				}
			}
			if len(want) != 5 {
				t.Fatalf("functions found: %v", want)
			}
			for name, n := range want {
				if calls[name] != n {
					t.Errorf("%s %s, %s: %d calls to the allocator", tg.cc, opt, name, calls[name])
				}
			}
		}
	}
}
