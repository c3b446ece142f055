// Package metric is the one table of what the lab counts: each metric's name,
// unit, worth, family and machines, and where it is shown. Whoever needs a
// property of a metric asks the table; nothing is read off a name.
//
// It measures nothing and knows no results file.
package metric

import (
	"cmp"
	"slices"
	"strings"
)

// Metric is one row of the table. The zero value of each field is the common
// case: an exact sum over a run on every machine, of which less is better.
type Metric struct {
	Name     string    // as in results, budgets and accept files; the unit is a part of it
	Means    string    // what is counted, for people
	Column   string    // head of its column in tables; "" for Name
	Noun     string    // what figures call it: "ticks"; "" for Column
	Unit     Unit      // what one of it is
	Worth    Worth     // whether two runs must agree on it
	Adds     Adds      // how the parts of it make the whole
	Better   Better    // which way is the better one
	Family   Family    // what it moves together with
	Source   Source    // what it is read off
	Role     Role      // what it is of its machine; most are nothing special
	Machines []Machine // those that have it; nil: all
	Whole    string    // of a metric of the handshake alone: that of the whole run; "" where there is none
	Span     Span      // of what is counted over time: over what
	Views    View      // where it is shown unasked
}

// Unit is what one of a metric is.
type Unit int

const (
	Count        Unit = iota // of things: allocations, flights
	Bytes                    // of memory or of the wire
	Instructions             // executed, of WASM or of the CPU
	Cycles                   // of the CPU
	Microseconds             // of the board's clock or of the wire
	Ticks                    // of the RTOS
)

// Worth is how good a metric's numbers are.
type Worth int

const (
	Exact     Worth = iota // the same inputs give the same number
	Estimated              // a model's number: the same every time, and off by the model's error
	Measured               // a real board's: two runs may differ
)

// Adds is how the parts of a metric (phases, functions) make the whole.
type Adds int

const (
	Sum   Adds = iota // the parts add up to the whole
	Most              // the whole is the largest part
	Alone             // it has no parts
)

// Better is which way a metric improves.
type Better int

const (
	Lower Better = iota
	Higher
)

// Family is what moves together because it counts one thing. Families are
// shown in this order.
type Family int

const (
	WasmTime Family = iota
	CPUTime
	BoardTime
	EstimatedTime
	Heap
	Allocation
	Stack
	ShadowStack
	RAM
	Code
	Data
	FlashAccess
	Wire
	Clock
	Datagram
	unknown // of no row: the last
)

// Source is what a metric is read off.
type Source int

const (
	Run    Source = iota // a run's counters and events
	Image                // the linked Cortex-M image; a failed handshake has it too
	Search               // several runs
)

// Role is what a metric is of its machine, where each machine has its own
// metric for the same thing.
type Role int

const (
	NoRole       Role = iota
	Ops               // what the machine executes, over the whole run
	HandshakeOps      // of the handshake alone
	StackDepth        // the deepest stack that the machine sees
	RAMAtOnce         // static data, heap and stack at one instant
)

// Span is the part of a run over which something is counted.
type Span int

const (
	WholeRun Span = iota
	Handshake
)

// View is a set of places where a metric is shown unasked.
type View int

const (
	InTable  View = 1 << iota // of `tlslab bench`
	InRun                     // of one run: `tlslab connect`
	InSample                  // of the sample application beside the lab's client
	InProof                   // of what a search chose
	InServed                  // of what a search's live server took
	InPhases                  // of one run's phases
)

var (
	table  []Metric
	byName = map[string]int{}
)

// add puts a row into the table and returns its name.
func add(m Metric) string {
	if _, twice := byName[m.Name]; twice {
		panic("metric " + m.Name + " is in the table twice")
	}
	byName[m.Name] = len(table)
	table = append(table, m)
	return m.Name
}

// Lookup finds a metric by its name.
func Lookup(name string) (Metric, bool) {
	i, ok := byName[name]
	if !ok {
		return Metric{Name: name, Family: unknown}, false
	}
	return table[i], true
}

// Of is Lookup for a name that is in the table; for another it is a row with
// that name and a family of its own.
func Of(name string) Metric {
	m, _ := Lookup(name)
	return m
}

// All are the rows in the table's order.
func All() []Metric { return slices.Clone(table) }

// Names are all names, sorted.
func Names() []string {
	names := make([]string, 0, len(table))
	for _, m := range table {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return names
}

// Where are the names of the rows that a test holds for, in the table's order.
func Where(holds func(Metric) bool) []string {
	var names []string
	for _, m := range table {
		if holds(m) {
			names = append(names, m.Name)
		}
	}
	return names
}

// In are the metrics of a view.
func In(v View) []string { return Where(func(m Metric) bool { return m.Views&v != 0 }) }

// Order compares two names as they are shown: by the table, then by name.
func Order(a, b string) int {
	i, known := byName[a]
	j, known2 := byName[b]
	switch {
	case known && known2:
		return cmp.Compare(i, j)
	case known:
		return -1
	case known2:
		return 1
	}
	return strings.Compare(a, b)
}

// Lead names a metric's family: its first metric, or itself where it is in no
// family of the table.
func Lead(name string) string {
	m, ok := Lookup(name)
	if !ok {
		return name
	}
	return table[slices.IndexFunc(table, func(o Metric) bool { return o.Family == m.Family })].Name
}

// On says that a machine has the metric.
func (m Metric) On(machine Machine) bool {
	return m.Machines == nil || slices.Contains(m.Machines, machine)
}

// SameOnAll says that every machine must count the same: what no CPU changes.
func (m Metric) SameOnAll() bool { return m.Source == Run && m.Machines == nil }

// Worse says that a difference is to the worse.
func (m Metric) Worse(by int64) bool {
	if m.Better == Higher {
		return by < 0
	}
	return by > 0
}

// Computes says that the metric counts computing, in whatever unit.
func (m Metric) Computes() bool { return m.Family <= EstimatedTime }

// Head is a column's head.
func (m Metric) Head() string { return cmp.Or(m.Column, m.Name) }

// Called is what figures call the metric.
func (m Metric) Called() string { return cmp.Or(m.Noun, m.Head()) }

// HandshakeOf is the metric of the handshake alone, of one of the whole run;
// "" where there is none.
func HandshakeOf(whole string) string {
	for _, m := range table {
		if m.Whole == whole && whole != "" {
			return m.Name
		}
	}
	return ""
}

// Units are what a machine's own counts are called.
type Units struct {
	Ops       string // executed over the whole run: "wasm-ops", "insns"
	Handshake string // of the handshake
	Stack     string // "" for a machine that sees none
	RAM       string // "" for a machine that sees no stack
}

// UnitsOf are a machine's by the roles of its metrics.
func UnitsOf(machine Machine) Units {
	of := func(r Role) string {
		for _, m := range table {
			if m.Role == r && m.On(machine) {
				return m.Name
			}
		}
		return ""
	}
	return Units{of(Ops), of(HandshakeOps), of(StackDepth), of(RAMAtOnce)}
}

// WithRole are the metrics of all machines that have a role.
func WithRole(r Role) []string { return Where(func(m Metric) bool { return m.Role == r }) }
