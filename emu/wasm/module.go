package wasm

// Bounds on a module. A TLS client of 300 KB has about 500 functions; the
// bounds leave room for any library and keep hostile input from using the
// machine up.
const (
	maxModuleBytes = 8 << 20
	maxFunctions   = 50_000
	maxNesting     = 4096    // blocks inside blocks of one function
	maxLocals      = 10_000  // locals of one function, parameters included
	maxTable       = 1 << 20 // function table elements
	maxPages       = 1024    // 64 MiB of linear memory
)

// pageBytes is the size of a WebAssembly page (Core Spec, section 4.2.8).
const pageBytes = 65536

// valType is a value type (Core Spec, section 5.3.1).
type valType byte

const (
	typeI32 valType = 0x7f
	typeI64 valType = 0x7e
	typeF32 valType = 0x7d
	typeF64 valType = 0x7c

	blockEmpty = 0x40 // a block type without result
	typeFunc   = 0x60
	typeAnyRef = 0x70 // funcref, the only element type of the MVP
)

// Kinds of imports and exports (Core Spec, section 5.5.5).
const (
	kindFunc   = 0
	kindTable  = 1
	kindMemory = 2
	kindGlobal = 3
)

// module is a decoded guest. Indices are those of the binary format: function
// indices count imports first.
type module struct {
	types    []funcType
	imports  []funcImport
	funcs    []uint32 // type of each defined function
	table    *limits
	memory   *limits
	globals  []global
	exports  []export
	hasStart bool
	start    uint32
	elements []element
	code     []body
	data     []segment
	name     string   // module name of the "name" section
	names    []string // by function index; "" where the name section is silent
	hasNames bool
}

type funcType struct{ params, results []valType }

// funcImport is a function of module "tlslab"; nothing else can be imported.
type funcImport struct {
	name string
	typ  uint32
}

// limits are in pages for a memory, in elements for a table.
type limits struct {
	min, max uint32
	hasMax   bool
}

type global struct {
	typ     valType
	mutable bool
	init    int64
}

type export struct {
	name  string
	kind  byte
	index uint32
}

type element struct {
	offset int32
	funcs  []uint32
}

type segment struct {
	offset int32
	bytes  []byte
}

type localRun struct {
	count uint32
	typ   valType
}

// body is the code of one defined function. Its last instruction is the end
// that closes it.
type body struct {
	locals []localRun
	code   []instr
	tables [][]uint32 // targets of each br_table, the default last
}

// instr is one instruction. arg is the index, label, constant (sign-extended),
// block type, alignment, or for br_table the index into body.tables.
type instr struct {
	op  opcode
	off uint32 // offset of a load or store
	arg uint64
}

// function returns the type of function index f, imports included.
func (m *module) function(f uint32) *funcType {
	if n := uint32(len(m.imports)); f < n {
		return &m.types[m.imports[f].typ]
	} else {
		return &m.types[m.funcs[f-n]]
	}
}

func (m *module) functions() uint32 { return uint32(len(m.imports) + len(m.funcs)) }

func (m *module) export(kind byte, name string) (uint32, bool) {
	for _, e := range m.exports {
		if e.kind == kind && e.name == name {
			return e.index, true
		}
	}
	return 0, false
}

// constant returns the value of an exported immutable i32 global: that is how
// wasm-ld exports the address of a data symbol.
func (m *module) constant(name string) (uint32, bool) {
	i, ok := m.export(kindGlobal, name)
	if !ok || m.globals[i].mutable || m.globals[i].typ != typeI32 {
		return 0, false
	}
	return uint32(m.globals[i].init), true
}
