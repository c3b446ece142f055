package build

import (
	"slices"
	"strings"
	"testing"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/internal/testutil"
)

func TestArgv(t *testing.T) {
	keep := func(args []string) []string {
		for _, f := range keptLibc {
			args = append(args, "-Wl,--undefined="+f)
		}
		return args
	}
	for _, c := range []struct {
		name      string
		got, want []string
	}{
		{"wasm", wasmFlags("-Os"), []string{
			"--target=wasm32-unknown-unknown", "-mcpu=mvp", "-mmutable-globals", "-fshort-enums",
			"-fno-builtin-malloc", "-fno-builtin-free", "-fno-builtin-calloc", "-fno-builtin-realloc",
			"-std=gnu11", "-Os", "-ffunction-sections", "-fdata-sections", "-w"}},
		{"arm with FPU", armFlags("cortex-m7", "fpv5-d16", "hard", "-O2"), []string{
			"-mcpu=cortex-m7", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-d16",
			"-std=gnu11", "-O2", "-fno-builtin-free", "-ffunction-sections", "-fdata-sections", "-w"}},
		{"arm soft: no -mfpu", armFlags("cortex-m4", "fpv4-sp-d16", "soft", "-O2"), []string{
			"-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft",
			"-std=gnu11", "-O2", "-fno-builtin-free", "-ffunction-sections", "-fdata-sections", "-w"}},
		{"arm without FPU", armFlags("cortex-m3", "", "soft", "-Os"), []string{
			"-mcpu=cortex-m3", "-mthumb", "-mfloat-abi=soft",
			"-std=gnu11", "-Os", "-fno-builtin-free", "-ffunction-sections", "-fdata-sections", "-w"}},
		{"wasm link, client", wasmLinkArgs("out.wasm", 16384, core.Client), []string{
			"-o", "out.wasm", "--no-entry", "--gc-sections", "--strip-debug", "--stack-first",
			"-z", "stack-size=16384", "--initial-memory=33554432", "--max-memory=33554432",
			"--export=__heap_base", "--export=__stack_pointer", "--export=tlslab_heap_live"}},
		{"wasm link, server", wasmLinkArgs("o", 65536, core.Server), []string{
			"-o", "o", "--no-entry", "--gc-sections", "--strip-debug", "--stack-first",
			"-z", "stack-size=65536", "--initial-memory=33554432", "--max-memory=33554432",
			"--export=__heap_base", "--export=__stack_pointer", "--export=tlslab_heap_live",
			"--export=tlslab_params", "--export=tlslab_params_cap"}},
		{"arm link", armLinkArgs("out.elf", "x.ld", []string{"-mcpu=cortex-m3", "-mthumb"}), keep([]string{
			"-mcpu=cortex-m3", "-mthumb", "-o", "out.elf", "-nostdlib", "-static",
			"-Wl,--gc-sections", "-Wl,--build-id=none", "-T", "x.ld"})},
		{"libc, wasm", target{name: "wasm"}.libcFlags(), []string{"-fno-builtin"}},
		{"libc, arm", target{name: "arm"}.libcFlags(), []string{"-fno-builtin", "-fno-tree-loop-distribute-patterns"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, c.got, c.want)
		}
	}
}

// The builders must not write into a slice that they were given.
func TestArgvIsFresh(t *testing.T) {
	flags := make([]string, 1, 100)
	flags[0] = "-mthumb"
	a := armLinkArgs("a", "s", flags)
	b := armLinkArgs("b", "s", flags)
	if a[2] != "a" || b[2] != "b" {
		t.Errorf("shared backing array: %q, %q", a[:3], b[:3])
	}
}

// tiny is a board of the test's own.
func tiny(flashBytes, ramBytes uint64) *boards.Board {
	return &boards.Board{Name: "tiny", CPU: "cortex-m3", FloatABI: "soft", Regions: []boards.Region{
		{Name: "ROM", Kind: boards.KindFlash, Origin: 0x08000000, LengthBytes: flashBytes},
		{Name: "SRAM", Kind: boards.KindRAM, Origin: 0x20000000, LengthBytes: ramBytes},
	}}
}

func TestLinkerScript(t *testing.T) {
	got, err := linkerScript("tiny", tiny(65536, 20480).Flash(), tiny(65536, 20480).RAM(), 4096, 8192)
	if err != nil {
		t.Fatal(err)
	}
	testutil.Golden(t, "testdata/tiny.ld", got)
	// Overflow must leave RAM: nothing may lie below the stack.
	var ram []string
	for _, line := range strings.Split(string(got), "\n") {
		if strings.Contains(line, "> RAM") {
			ram = append(ram, strings.Fields(line)[0])
		}
	}
	if want := []string{".stack", ".data", ".bss", ".arena"}; !slices.Equal(ram, want) {
		t.Errorf("RAM from its bottom: %q, want %q", ram, want)
	}
}

func TestInstallCommand(t *testing.T) {
	got := InstallCommand([]string{"clang", "lld"})
	if want := "apt-get update && apt-get install -y --no-install-recommends clang lld"; got != want {
		t.Errorf("got %q", got)
	}
}
