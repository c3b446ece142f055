package wasm

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"tlslab/emu"
)

// MeterVersion changes whenever the rewriter counts something else or emits
// other code. Results carry it.
const MeterVersion = "4"

// A function's counter holds its instructions in the low opsBits and above
// them how often it returned: both are moved with one addition. A run of 10^12
// instructions (the most a profile may ask for) fits; so do 16.7 million
// returns of one function, five times those of the slowest handshake shipped.
const (
	opsBits = 40
	oneCall = 1 << opsBits
)

// Names the guest exports (core/port/port.h and wasm-ld).
const (
	exportMemory    = "memory"
	exportBoot      = "tlslab_boot"
	exportStep      = "tlslab_step"
	exportHeapBase  = "__heap_base"       // address: end of static data
	exportSP        = "__stack_pointer"   // the shadow stack pointer
	exportHeapLive  = "tlslab_heap_live"  // address of a uint32_t: live heap bytes
	exportHeapMark  = "tlslab_heap_mark"  // function called after live bytes rose
	exportParams    = "tlslab_params"     // address of the parameter buffer
	exportParamsCap = "tlslab_params_cap" // address of a uint32_t: its capacity in bytes
)

// Names the rewriter exports. No guest may use the prefix.
const (
	ownPrefix     = "tlslab$"
	exportFuel    = ownPrefix + "fuel"
	exportGlobal  = ownPrefix + "global" // and a number: a mutable global of the guest's own
	exportSPMin   = ownPrefix + "sp_min"
	exportRAM     = ownPrefix + "ram_max"
	exportSPLow   = ownPrefix + "sp_low"
	exportRAMHeap = ownPrefix + "ram_heap"
	exportHeapMax = ownPrefix + "heap_max"
	exportStart   = ownPrefix + "start"

	// Of MeterFailing alone.
	exportAllocs = ownPrefix + "allocs"  // i64: allocations asked for so far
	exportFailAt = ownPrefix + "fail_at" // i64: the number of the one that fails; 0: none
)

// layout is what Start needs to know of a module.
type layout struct {
	pages    uint32 // linear memory as linked
	imports  int    // functions imported: the first defined one's index
	heapBase uint32
	stackTop uint32 // initial __stack_pointer
	heapLive uint32 // address of the live heap bytes

	hasHeapBase, watchSP, watchHeap bool

	spName   string   // export under which the stack pointer is read
	globals  []string // exports of all mutable globals, counters included
	counters []string // export of each defined function's counter
	start    bool     // a start function waits under exportStart
	failing  bool     // exportAllocs and exportFailAt are there
	mark     int      // the function exportHeapMark, among the defined ones, or -1
}

// Metered is a rewritten guest.
type Metered struct {
	Module    []byte   // the rewritten module
	Functions []string // name of each defined function; "func[N]" where it has none
	Digest    string   // SHA-256 of the module given to Meter, in hex

	openings []emu.Opening
	layout   layout
}

// plan is where the rewriter puts things: indices of globals.
type plan struct {
	m    *module
	fuel uint64 // i64: budget left
	// i32: smallest stack pointer, most RAM
	spMin, ramMax uint64
	spLow         uint64 // i32: smallest stack pointer since the heap last rose
	// i32: the heap's part of ramMax, most heap
	ramHeap, heapMax uint64
	event            uint64      // imported function host_event
	opens            map[int]int // by defined function: its place among the openings
	counts           uint64      // i64 of function 0; one global a function
	sp               uint64
	most             []uint64 // most ops a call of each function can take
	// i64: allocations so far, which of them fails; where failing is set
	allocs, failAt uint64
	refuses        map[int]bool // defined functions that return NULL then
	layout
}

// marks says whether defined function i is the allocator's mark.
func (p *plan) marks(i int) bool { return p.watchHeap && i == p.mark }

// Meter checks that module is an integer-only MVP guest and returns it with
// the bookkeeping that counts executed instructions. Everything but the
// markers block, loop, else and end counts 1; what Meter adds counts nothing.
//
// The counts are exact whenever the host can look: between steps and in host
// calls. After a trap they lack what the functions on the call stack executed
// since their last call, by the same number in every engine.
//
// The meter adds host calls around each direct call of a function in openings, which
// report its entry and return. Functions that the module does not have are left out.
func Meter(module []byte, openings ...emu.Opening) (*Metered, error) {
	return meter(module, false, openings)
}

func meter(module []byte, failing bool, openings []emu.Opening) (*Metered, error) {
	m, err := decode(module)
	if err != nil {
		return nil, err
	}
	p, err := newPlan(m)
	if err != nil {
		return nil, fmt.Errorf("wasm: %w", err)
	}
	if failing {
		if err := p.fail(); err != nil {
			return nil, fmt.Errorf("wasm: %w", err)
		}
	}
	p.opened(openings)
	sum := sha256.Sum256(module)
	out := &Metered{openings: openings, Digest: hex.EncodeToString(sum[:])}
	for i := range m.code {
		out.Functions = append(out.Functions, m.functionName(i))
	}
	code := make([]body, len(m.code))
	for i := range m.code {
		code[i] = p.rewrite(i)
	}
	m.code = code
	p.extend()
	out.layout = p.layout
	out.Module = encode(m)
	return out, nil
}

// opened finds the functions that open a phase. Without host_event they cannot be
// reported.
func (p *plan) opened(openings []emu.Opening) {
	event := slices.IndexFunc(p.m.imports, func(f funcImport) bool { return f.name == "host_event" })
	if event < 0 {
		return
	}
	p.event, p.opens = uint64(event), map[int]int{}
	for i := range p.m.code {
		if k := slices.IndexFunc(openings, func(o emu.Opening) bool { return o.Function == p.m.functionName(i) }); k >= 0 {
			p.opens[i] = k
		}
	}
}

// newLayout reads the exports that Start and the watch depend on. sp is the
// index of the stack pointer.
func newLayout(m *module) (l layout, sp uint32, err error) {
	l.imports = len(m.imports)
	if m.memory != nil {
		// Memory is fixed: initial size = maximum, as linked.
		l.pages = max(m.memory.min, m.memory.max)
	}
	l.heapBase, l.hasHeapBase = m.constant(exportHeapBase)
	if uint64(l.heapBase) > uint64(l.pages)*pageBytes {
		return l, 0, fmt.Errorf("%s is outside the memory", exportHeapBase)
	}
	sp, l.watchSP = m.export(kindGlobal, exportSP)
	if l.watchSP && (!m.globals[sp].mutable || m.globals[sp].typ != typeI32) {
		return l, 0, fmt.Errorf("%s is not a mutable i32", exportSP)
	}
	for i, g := range m.globals {
		if !l.watchSP && g.mutable && g.typ == typeI32 {
			sp, l.watchSP = uint32(i), true
		}
	}
	if l.watchSP {
		l.stackTop = uint32(m.globals[sp].init)
		l.heapLive, l.watchHeap = m.constant(exportHeapLive)
		if l.watchHeap && uint64(l.heapLive)+4 > uint64(l.pages)*pageBytes {
			return l, 0, fmt.Errorf("%s is outside the memory", exportHeapLive)
		}
	}
	return l, sp, nil
}

func newPlan(m *module) (*plan, error) {
	l, sp, err := newLayout(m)
	if err != nil {
		return nil, err
	}
	for _, e := range m.exports {
		if strings.HasPrefix(e.name, ownPrefix) {
			return nil, fmt.Errorf("export %q: names with %q are taken", e.name, ownPrefix)
		}
	}
	n := uint64(len(m.globals))
	p := &plan{m: m, layout: l, sp: uint64(sp), fuel: n, spMin: n + 1, ramMax: n + 2, spLow: n + 3,
		ramHeap: n + 4, heapMax: n + 5, counts: n + 6, most: m.mostOps()}
	p.mark = -1
	if f, ok := m.export(kindFunc, exportHeapMark); ok {
		p.mark = int(f) - len(m.imports)
	}
	return p, nil
}

// extend adds the globals and exports the rewritten code relies on, fixes the
// memory's size and turns the start section into an export, so that Start can
// set the budget first.
func (p *plan) extend() {
	m := p.m
	own := uint32(len(m.globals))
	share := func(i uint32, name string) {
		m.exports = append(m.exports, export{name, kindGlobal, i})
		p.globals = append(p.globals, name)
	}
	for i, g := range m.globals {
		if g.mutable {
			name := fmt.Sprintf("%s%d", exportGlobal, i)
			share(uint32(i), name)
			if p.watchSP && uint64(i) == p.sp {
				p.spName = name
			}
		}
	}
	m.globals = append(m.globals,
		global{typeI64, true, 0},
		global{typeI32, true, int64(int32(p.stackTop))},
		global{typeI32, true, 0},
		global{typeI32, true, int64(int32(p.stackTop))},
		global{typeI32, true, 0},
		global{typeI32, true, 0})
	share(own, exportFuel)
	share(own+1, exportSPMin)
	share(own+2, exportRAM)
	share(own+3, exportSPLow)
	share(own+4, exportRAMHeap)
	share(own+5, exportHeapMax)
	for i := range m.code {
		m.globals = append(m.globals, global{typeI64, true, 0})
		name := fmt.Sprintf("%sops%d", ownPrefix, i)
		share(uint32(p.counts)+uint32(i), name)
		p.counters = append(p.counters, name)
	}
	if p.failing {
		m.globals = append(m.globals, global{typeI64, true, 0}, global{typeI64, true, 0})
		share(uint32(p.allocs), exportAllocs)
		share(uint32(p.failAt), exportFailAt)
	}
	if m.memory != nil {
		m.memory = &limits{min: p.pages, max: p.pages, hasMax: true}
	}
	if m.hasStart {
		m.hasStart, p.start = false, true
		m.exports = append(m.exports, export{exportStart, kindFunc, m.start})
	}
}
