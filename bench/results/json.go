package results

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"tlslab/internal/input"
)

// MaxBytes bounds a results file: about a hundred times the largest sweep seen,
// and small enough that a wrong file named by mistake does not eat the machine.
const MaxBytes = 256 << 20

// sorted returns a copy of f with cases, functions and nil maps in the one form
// that is written. Phases, checks and curve keep their order: it has meaning.
func (f *File) sorted() *File {
	g := *f
	g.Cases = slices.Clone(f.Cases)
	slices.SortFunc(g.Cases, func(a, b Case) int { return strings.Compare(a.Key(), b.Key()) })
	for i := range g.Cases {
		c := &g.Cases[i]
		c.Metrics = notNil(c.Metrics)
		c.Phases = slices.Clone(c.Phases)
		for j := range c.Phases {
			c.Phases[j].Metrics = notNil(c.Phases[j].Metrics)
		}
		c.Functions = slices.Clone(c.Functions)
		for j := range c.Functions {
			c.Functions[j].Metrics = notNil(c.Functions[j].Metrics)
		}
		slices.SortFunc(c.Functions, func(a, b Function) int { return strings.Compare(a.Name, b.Name) })
		if c.Image != nil {
			image := *c.Image
			image.Data = slices.Clone(image.Data)
			slices.SortFunc(image.Data, func(a, b DataSymbol) int {
				return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Section, b.Section))
			})
			c.Image = &image
		}
	}
	return &g
}

// JSON is the file as written: the same bytes for the same data, one phase,
// function or curve point a line, so that a baseline's diff can be read.
func (f *File) JSON() ([]byte, error) {
	f = f.sorted()
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n \"schema\": %d,\n \"provenance\": ", f.Schema)
	if err := encode(&b, f.Provenance, " ", " "); err != nil {
		return nil, err
	}
	b.WriteString(",\n \"cases\": [")
	for i := range f.Cases {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n  ")
		if err := f.Cases[i].encode(&b); err != nil {
			return nil, err
		}
	}
	b.WriteString("\n ]\n}\n")
	if b.Len() > MaxBytes {
		return nil, fmt.Errorf("%d bytes, over the %d a results file may have", b.Len(), MaxBytes)
	}
	return b.Bytes(), nil
}

func (c Case) encode(b *bytes.Buffer) error {
	head := c
	head.Phases, head.Functions, head.HeapCurve, head.Checks, head.Floor, head.Work = nil, nil, nil, nil, nil, nil
	head.RAM, head.Image, head.Tree = nil, nil, nil
	if err := encode(b, head, "  ", " "); err != nil {
		return err
	}
	b.Truncate(b.Len() - len("\n  }"))
	for _, whole := range []struct {
		name  string
		value any
		none  bool
	}{{"ram", c.RAM, c.RAM == nil}, {"image", c.Image, c.Image == nil}} {
		if whole.none {
			continue
		}
		fmt.Fprintf(b, ",\n   %q: ", whole.name)
		if err := encode(b, whole.value, "", ""); err != nil {
			return err
		}
	}
	lists := []struct {
		name string
		n    int
		at   func(int) any
	}{
		{"phases", len(c.Phases), func(i int) any { return c.Phases[i] }},
		{"checks", len(c.Checks), func(i int) any { return c.Checks[i] }},
		{"floor", len(c.Floor), func(i int) any { return c.Floor[i] }},
		{"heap-curve", len(c.HeapCurve), func(i int) any { return c.HeapCurve[i] }},
		{"functions", len(c.Functions), func(i int) any { return c.Functions[i] }},
	}
	for _, l := range lists {
		if l.n == 0 {
			continue
		}
		fmt.Fprintf(b, ",\n   %q: [", l.name)
		for i := range l.n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString("\n    ")
			if err := encode(b, l.at(i), "", ""); err != nil {
				return err
			}
		}
		b.WriteString("\n   ]")
	}
	if c.Tree != nil {
		if err := c.Tree.encode(b); err != nil {
			return err
		}
	}
	b.WriteString("\n  }")
	return nil
}

// encode appends v without HTML escapes and without the encoder's line feed.
func encode(b *bytes.Buffer, v any, prefix, indent string) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false) // "<" in a compiler's version stays "<"
	e.SetIndent(prefix, indent)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}

// Read reads a results file or a baseline strictly: no unknown or doubled field, no
// case twice, nothing after the end. The error names file and line or case.
func Read(path string) (*File, error) {
	data, err := input.Read(path, MaxBytes)
	if err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	f, err := Decode(data)
	if err != nil {
		return nil, fmt.Errorf("results: %s: %w", path, err)
	}
	return f, nil
}

// Decode is Read without the file.
func Decode(data []byte) (*File, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("over the %d bytes a results file may have", MaxBytes)
	}
	if isBaseline(data) {
		return parseBaseline(data)
	}
	// The schema first and alone: a later schema's unknown fields are not the
	// thing to complain about.
	var head struct {
		Schema *int `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, withLine(data, err)
	}
	if head.Schema == nil {
		return nil, fmt.Errorf("not a results file: no \"schema\"")
	}
	if *head.Schema != Schema {
		return nil, fmt.Errorf("schema is %d, this program reads %d: measure again", *head.Schema, Schema)
	}
	if err := doubled(data); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	f := new(File)
	if err := d.Decode(f); err != nil {
		if strings.HasPrefix(err.Error(), "json: unknown field") {
			return nil, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: "))
		}
		return nil, withLine(data, err)
	}
	if err := f.Check(); err != nil {
		return nil, err
	}
	return f.sorted(), nil
}

// withLine adds the line to an error of encoding/json that knows its offset.
func withLine(data []byte, err error) error {
	switch e := err.(type) {
	case *json.SyntaxError:
		return fmt.Errorf("line %d: %w", line(data, e.Offset), err)
	case *json.UnmarshalTypeError:
		return fmt.Errorf("line %d: %s: a %s where a %s belongs", line(data, e.Offset), e.Field, e.Value, e.Type)
	}
	return err
}

func line(data []byte, offset int64) int {
	offset = min(max(offset, 0), int64(len(data)))
	return 1 + bytes.Count(data[:offset], []byte("\n"))
}

// doubled finds a name that is twice in one object, which encoding/json would
// silently read as its last value: a metric with two numbers has none. Names
// that differ in case only are doubled too, because it folds case.
func doubled(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	type level struct {
		names map[string]bool // nil for an array
		value bool            // the next token of an object is a value
	}
	var stack []level
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return withLine(data, err)
		}
		var top *level
		if len(stack) > 0 {
			top = &stack[len(stack)-1]
		}
		switch t := tok.(type) {
		case json.Delim:
			switch t {
			case '{', '[':
				if top != nil {
					top.value = false
				}
				l := level{}
				if t == '{' {
					l.names = map[string]bool{}
				}
				stack = append(stack, l)
			default:
				stack = stack[:len(stack)-1]
			}
			continue
		case string:
			if top != nil && top.names != nil && !top.value {
				name := strings.ToLower(t)
				if top.names[name] {
					return fmt.Errorf("line %d: %q twice in one object", line(data, d.InputOffset()), t)
				}
				top.names[name] = true
				top.value = true
				continue
			}
		}
		if top != nil {
			top.value = false
		}
	}
}

func notNil(m map[string]int64) map[string]int64 {
	if m == nil {
		return map[string]int64{}
	}
	return m
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
