package build

import (
	"encoding/binary"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/core/library"
	"tlslab/core/options"
)

// tinyLibrary is a second library, of testdata/tiny: it shares nothing with the first but
// core's interfaces.
type tinyLibrary struct{}

type tinyTree struct{ core.Tree }

func (tinyLibrary) Title() string                { return "Tiny" }
func (tinyLibrary) Pins() []core.Pin             { return nil }
func (tinyLibrary) Support(string) *core.Support { return nil }
func (tinyLibrary) EntropySource() string        { return "tiny_entropy" }
func (tinyLibrary) Primitives() []string         { return []string{"mix"} }

func (tinyLibrary) Part(function string) string {
	part, _ := strings.CutPrefix(function, "tiny_")
	return part
}

func (tinyLibrary) Refusals() map[string]core.Refusal {
	return map[string]core.Refusal{"expired": {Flag: "LATE", Options: []string{"CLOCK"}}}
}

func (tinyLibrary) Find(dir string) (*core.Found, error) {
	if _, err := os.Stat(filepath.Join(dir, "include", "tiny.h")); err != nil {
		return nil, &core.UnlikeError{Why: "not Tiny: no include/tiny.h"}
	}
	own := func(macro string) bool { return strings.HasPrefix(macro, "TINY_") }
	return &core.Found{Version: "1", Tree: tinyTree{}, Recipe: &core.Recipe{
		Units:       []string{"src/program.c", "src/tiny.c"},
		Dirs:        []string{"include"},
		Flags:       []string{`-DTINY_CONFIG="` + core.ConfigName + `"`},
		Probe:       "#include \"tiny.h\"\n",
		ConfigFiles: func(map[string]string) []string { return []string{"include/tiny.h"} },
		Own:         own,
		Option:      func(macro string) bool { return own(macro) && macro != "TINY_CONFIG" && macro != "TINY_H" },
		Prefix:      "TINY_",
		Program: func(*core.Spec) *core.Program {
			return &core.Program{Flags: func(string) []string { return nil }}
		},
	}}, nil
}

func (tinyTree) Options() (*options.Catalogue, error) {
	return options.New("1", options.Library{Title: "Tiny", Prefix: "TINY_"},
		[]options.Option{{Name: "TINY_FAST", Kind: options.Flag}, {Name: "TINY_ROUNDS", Kind: options.Number}}, nil), nil
}

// A library that the lab does not know is built from its recipe alone: it is
// recognised among others, its options are read, what it refuses is told in its own
// words, and its code is in both images.
func TestSecondLibrary(t *testing.T) {
	b := realBuilder(t)
	both := append([]core.Library{tinyLibrary{}}, library.All...)
	src, err := core.Open("dir", "testdata/tiny", both)
	if err != nil || src.Library != (tinyLibrary{}) {
		t.Fatalf("%+v, %v", src, err)
	}
	if other, err := core.Open("dir", "../testdata/stub", both); err != nil || other.Library == (tinyLibrary{}) {
		t.Errorf("the other library's tree: %+v, %v", other, err)
	}
	if _, err := core.Open("dir", t.TempDir(), both); err == nil || !strings.Contains(err.Error(), "not Tiny: no include/tiny.h; not an Mbed TLS source") {
		t.Errorf("a tree of none: %v", err)
	}
	board, err := boards.Load("imxrt1052")
	if err != nil {
		t.Fatal(err)
	}
	spec := func(header string) *core.Spec {
		return &core.Spec{Source: src, Role: core.Client, Header: []byte(header), Board: board, WasmOpt: "-O2", ARMOpt: "-O2", StackBytes: 4096, HeapBytes: 4096,
			Material: core.Material{Request: "12345"}}
	}
	step := func(img *core.Image) uint32 {
		g := newGuest(t, img.WASM)
		g.call("tlslab_boot", 4096)
		g.call("tlslab_step")
		return binary.LittleEndian.Uint32(g.events[0][1:])
	}
	plain, eight := build(t, b, spec("")), build(t, b, spec("#define TINY_FAST\n#define TINY_ROUNDS 8\n"))
	if !maps.Equal(plain.Options, map[string]string{"TINY_ROUNDS": "4"}) || !maps.Equal(eight.Options, map[string]string{"TINY_FAST": "", "TINY_ROUNDS": "8"}) {
		t.Errorf("options %v and %v", plain.Options, eight.Options)
	}
	mix := func(x uint32, rounds int) uint32 {
		for i := range rounds {
			x = x*2654435761 + uint32(i)
		}
		return x
	}
	if a, b := step(plain), step(eight); a != mix(5, 4) || b != mix(5, 8) {
		t.Errorf("the guests compute %#x and %#x", a, b)
	}
	if plain.Sizes.Functions["tiny_mix"] == 0 {
		t.Errorf("functions %v", plain.Sizes.Functions)
	}
	var refused *core.BuildError
	if _, err := b.Build(t.Context(), spec("#define TINY_FAST\n#define TINY_ROUNDS 9\n")); !errors.As(err, &refused) || refused.Option != "FAST" || !strings.Contains(refused.What, "at most 8") {
		t.Errorf("what it refuses: %v", err)
	}
	cat, err := src.Options()
	if err != nil {
		t.Fatal(err)
	}
	if o, err := cat.Find("ROUNDS"); err != nil || o.Kind != options.Number {
		t.Errorf("%+v, %v", o, err)
	}
	var unknown *options.UnknownOptionError
	if _, err := cat.Find("ROUND"); !errors.As(err, &unknown) || !strings.Contains(err.Error(), "Tiny 1 does not have it; did you mean ROUNDS") {
		t.Errorf("%v", err)
	}
}
