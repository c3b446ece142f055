// Package header reads a TLS library's configuration header as a C preprocessor
// does, but with no compiler and no system around it: it follows conditions and
// inclusions as far as the text tells, and says of each macro where it was
// defined and whether that is sure. It knows no option's meaning.
package header

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"tlslab/internal/cexpr"
)

// Macro is a macro that the header leaves defined.
type Macro struct {
	Name  string
	Value string // with the header's own macros put in; "" for none
	File  string // where it was defined last
	Line  int
	// Maybe: a condition that the text can't tell decides whether it is
	// defined, or its value.
	Maybe bool
}

// Missing is a file that is surely included and not there; or, in Surely, that lies
// outside.
type Missing struct {
	File string // of the #include
	Line int
	Name string
}

// Header is what was read.
type Header struct {
	Macros  []Macro // without parameters and include guards, in the order of their definitions
	Params  []Macro // those with parameters, Value empty
	Missing []Missing
	Outside []string  // included names that Files said lie outside, in order, each once
	Surely  []Missing // those of Outside that no condition leaves out, each once
}

// ErrOutside is what Files returns for a file of the compiler's, the library's or
// the lab's own: it is there, and what it says is not the configuration's.
var ErrOutside = errors.New("lies outside")

// Files finds what the file from includes as name: its own name for messages
// and its text, or ErrOutside, or an error that wraps fs.ErrNotExist.
type Files func(from, name string) (file string, text []byte, err error)

// Bounds; a tree of Mbed TLS's own header has 170 KB and is three deep.
const (
	Most      = 2 << 20 // bytes of one file
	mostTotal = 8 << 20 // bytes of all files read, one included twice counted twice
	mostDepth = 50      // inclusions within each other
	mostValue = 4096    // bytes of an expanded value
)

// Read reads a header. An error names file and line: text that no compiler
// would read as a header either.
func Read(file string, text []byte, files Files, about About) (*Header, error) {
	r := &reader{files: files, about: about, defs: map[string]*def{}, undefined: map[string]bool{}}
	if err := r.file(file, text, yes, 0); err != nil {
		return nil, err
	}
	r.finish()
	return &r.out, nil
}

// truth is Kleene's: maybe is both.
type truth int8

const (
	no truth = iota
	maybe
	yes
)

func (t truth) not() truth { return yes - t }

// def is a macro's last definition.
type def struct {
	Macro
	raw     string
	defined truth
	params  bool
	guard   bool
	order   int
}

type reader struct {
	files     Files
	about     About
	defs      map[string]*def
	undefined map[string]bool // by the header itself
	out       Header
	total     int
	order     int
	steps     int // left of one value's expansion
}

// level is one open conditional.
type level struct {
	line   int
	around truth // whether the text around it is read
	active truth // whether this branch is
	taken  truth // whether an earlier branch was
}

// file reads one file; sure is whether it is read at all.
func (r *reader) file(file string, text []byte, sure truth, depth int) error {
	if len(text) > Most {
		return fmt.Errorf("%s: %d bytes: a configuration header has at most %d", file, len(text), Most)
	}
	if i := slices.Index(text, 0); i >= 0 {
		return fmt.Errorf("%s: not a header: byte %d is NUL", file, i)
	}
	if r.total += len(text) + 1; r.total > mostTotal || depth > mostDepth {
		return fmt.Errorf("%s: not a header: files include each other without end", file)
	}
	ds, err := directives(file, text)
	if err != nil {
		return err
	}
	guard := guardOf(ds)
	if guard != "" && r.defs[guard] == nil {
		r.undefined[guard] = true // whatever it is called
	}
	stack := []level{{active: sure}}
	for _, d := range ds {
		top := &stack[len(stack)-1]
		switch d.name {
		case "if", "ifdef", "ifndef":
			l := level{line: d.line, around: top.active}
			if l.around != no {
				l.taken = r.condition(d)
				l.active = min(l.around, l.taken)
			}
			stack = append(stack, l)
		case "elif", "else", "endif":
			if len(stack) == 1 {
				return fmt.Errorf("%s:%d: #%s without #if", file, d.line, d.name)
			}
			if d.name == "endif" {
				stack = stack[:len(stack)-1]
				continue
			}
			now := yes
			if d.name == "elif" && top.around != no && top.taken != yes {
				now = r.condition(d)
			}
			top.active = min(top.around, top.taken.not(), now)
			top.taken = max(top.taken, now)
		case "define", "undef":
			if top.active != no {
				r.define(file, d, top.active, guard)
			}
		case "include":
			if top.active != no {
				if err := r.include(file, d, top.active, depth); err != nil {
					return err
				}
			}
		}
	}
	if n := len(stack); n > 1 {
		return fmt.Errorf("%s:%d: #if without #endif", file, stack[n-1].line)
	}
	return nil
}

func (r *reader) condition(d directive) truth {
	tokens := cexpr.Tokens(d.rest)
	if d.name == "ifdef" || d.name == "ifndef" {
		tokens = append([]string{"defined"}, tokens[:min(len(tokens), 1)]...)
	}
	n, known := cexpr.Evaluate(tokens, r)
	switch {
	case !known:
		return maybe
	case (n != 0) != (d.name == "ifndef"):
		return yes
	}
	return no
}

func (r *reader) define(file string, d directive, sure truth, guard string) {
	m := macroName.FindStringSubmatch(d.rest)
	if m == nil {
		return // the compiler has words for it
	}
	name, rest := m[1], m[2]
	old := r.defs[name]
	if d.name == "undef" {
		switch {
		case sure == yes:
			delete(r.defs, name)
			r.undefined[name] = true
		case old != nil:
			old.defined, old.Maybe = maybe, true
		}
		return
	}
	r.order++
	n := &def{Macro: Macro{Name: name, File: file, Line: d.line, Maybe: sure != yes},
		defined: sure, params: strings.HasPrefix(rest, "("), guard: name == guard, order: r.order}
	if !n.params {
		n.raw = strings.Join(strings.Fields(rest), " ")
	}
	if old != nil {
		n.order = old.order // macros keep their place
		if sure != yes && old.defined == yes {
			n.defined, n.Maybe = yes, old.Maybe || n.raw != old.raw
		}
	}
	r.defs[name] = n
}

func (r *reader) include(file string, d directive, sure truth, depth int) error {
	name := d.rest
	for range mostDepth { // a macro that names the file
		def := r.defs[name]
		if def == nil || def.Maybe || def.params {
			break
		}
		name = def.raw
	}
	m := includeName.FindStringSubmatch(name)
	if m == nil {
		return nil
	}
	found, text, err := r.files(file, m[1])
	switch {
	case err == nil:
		return r.file(found, text, sure, depth+1)
	case errors.Is(err, ErrOutside):
		if !slices.Contains(r.out.Outside, m[1]) {
			r.out.Outside = append(r.out.Outside, m[1])
		}
		if sure == yes && !slices.ContainsFunc(r.out.Surely, func(o Missing) bool { return o.Name == m[1] }) {
			r.out.Surely = append(r.out.Surely, Missing{file, d.line, m[1]})
		}
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s:%d: %w", file, d.line, err)
	case sure == yes:
		r.out.Missing = append(r.out.Missing, Missing{file, d.line, m[1]})
	}
	return nil
}

// finish lists what is defined.
func (r *reader) finish() {
	var defs []*def
	for _, d := range r.defs {
		if !d.guard {
			defs = append(defs, d)
		}
	}
	slices.SortFunc(defs, func(a, b *def) int { return a.order - b.order })
	for _, d := range defs {
		if d.params {
			r.out.Params = append(r.out.Params, d.Macro)
			continue
		}
		d.Value = r.expand(d.raw, d.Name)
		r.out.Macros = append(r.out.Macros, d.Macro)
	}
}
