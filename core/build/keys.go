package build

import (
	"tlslab/core"
	"tlslab/internal/cache"
)

// What each kind of entry is made from, whole: the keys are made of these
// values, and a field that is added is in them.

// imageInputs make an Image.
type imageInputs struct {
	Revision string // of this program
	Port     string // digest
	Tools    *Toolchain
	Files    map[string]string // digests of the tools' own files
	Flags    []string          // of all targets and their linkers
	Spec     *core.Spec
	Outside  []string // digests of what lies in the header's directories
}

// probeInputs make a configuration as a compiler sees it.
type probeInputs struct {
	Compiler compiler
	Flags    []string
	Source   string // digest
	Port     string // digest
	Header   []byte
	Outside  []string // digests of what lies in the header's directories
}

// predefinedInputs make a compiler's own macros.
type predefinedInputs struct {
	Compiler compiler
	Flags    []string
}

// unitInputs make a unit's preprocessed text, and with it its object.
type unitInputs struct {
	Compiler compiler
	Target   []string // flags
	Flags    []string // of this unit
	Name     string
	Text     []byte   // of a generated unit
	Config   string   // digest of what a configuration leaves beside macros
	Files    []string // digests of all it may include
	Macros   []macro  // of the configuration, that any of these mentions
}

type macro struct{ Name, Value string }

// objectInputs make an object.
type objectInputs struct {
	Compiler compiler
	Target   []string // flags
	Flags    []string // of this unit
	Text     []byte   // preprocessed
}

// assembledInputs make an object whose assembly reads files of the source.
type assembledInputs struct {
	Object string // key
	Source string // digest
}

// wideInputs make a unit's object where the unit reads files that no scan of its
// text finds.
type wideInputs struct {
	Unit         string // key
	Source, Port string // digests
	Outside      []string
}

// linkInputs make a linked image.
type linkInputs struct {
	Linker  compiler
	Args    []string // without paths
	Script  []byte
	Objects []string // digests, in their order
}

var (
	images     = cache.NewKind[imageInputs](ImageKind)
	probes     = cache.NewKind[probeInputs]("probe")
	predefines = cache.NewKind[predefinedInputs]("predefined")
	unitTexts  = cache.NewKind[unitInputs]("unit")
	wideUnits  = cache.NewKind[wideInputs]("wide")
	objectsOf  = cache.NewKind[objectInputs]("object")
	assemblies = cache.NewKind[assembledInputs]("assembled") // whose keys are of entries of the kind object
	links      = cache.NewKind[linkInputs]("linked")
	scripts    = cache.NewKind[[]byte]("script")
	configs    = cache.NewKind[[]byte]("config")
	identities = cache.NewKind[linkInputs]("identity")
	portFiles  = cache.NewKind[map[string][]byte]("port")
)

// ImageKind is the kind of entry that holds an Image, as JSON, by Builder.Key.
const ImageKind = "image"

// callgraphKind is of entries whose keys are the objects'.
const callgraphKind = "callgraph"

// compiler is a compiler or linker as keys have it: what it says it is, with
// what it calls, and the digests of their files.
type compiler struct {
	Versions []string
	Files    []string
}

// behind are the tools that a tool calls.
var behind = map[string][]string{
	"clang":             {"clang"},
	"wasm-ld":           {"wasm-ld"},
	"arm-none-eabi-gcc": {"arm-none-eabi-gcc", "cc1", "arm-none-eabi-as", binutils.Name},
}

// compiler is the tool called name.
func (b *Builder) compiler(name string) (c compiler) {
	for _, tool := range behind[name] {
		c.Versions = append(c.Versions, b.Tools.Versions[tool])
		c.Files = append(c.Files, b.toolFiles[tool])
	}
	return c
}
