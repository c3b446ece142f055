package image

import (
	"bytes"
	"debug/elf"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tlslab/core"
	"tlslab/internal/isa/thumb"
)

// Frames are the frames of a linked image's functions. The compiler's
// statement counts; the code itself says what no compiler does (libgcc, naked
// functions), adds the calls of inline assembly, and counts where it takes
// more: gcc 12 leaves out the arguments that a variadic function pushes.
func Frames(image []byte, said map[string]core.Frame, constant map[string]string) (map[string]core.Frame, error) {
	p, err := thumb.Load(image)
	if err != nil {
		return nil, fmt.Errorf("linked %w", err)
	}
	names, err := otherNames(image, p)
	if err != nil {
		return nil, err
	}
	frames := map[string]core.Frame{}
	for _, fn := range p.Functions {
		use := p.Use(fn)
		f, stated := said[fn.Name]
		for other, name := range names {
			if s, ok := said[other]; ok && name == fn.Name && other != name {
				f, stated = f.And(s), true
			}
		}
		if !stated {
			f.Dynamic, f.Indirect = !use.Known, use.Indirect
		}
		if !stated || use.Known {
			f.Bytes = max(f.Bytes, use.Bytes)
		}
		f.Calls = slices.Clone(f.Calls)
		if target, ok := constant[fn.Name]; ok && f.Indirect {
			f.Indirect, f.Calls = false, append(f.Calls, target)
		}
		for i, called := range f.Calls {
			if name, ok := names[called]; ok {
				f.Calls[i] = name
			}
		}
		for _, addr := range use.Calls {
			name := fmt.Sprintf("%#x", addr) // no function: none of this name has a frame
			if i, ok := p.FunctionAt(addr); ok {
				name = p.Functions[i].Name
			}
			f.Calls = append(f.Calls, name)
		}
		frames[fn.Name] = f.And(frames[fn.Name])
	}
	return frames, nil
}

// otherNames maps every function symbol to the name its code has in p.
func otherNames(image []byte, p *thumb.Program) (map[string]string, error) {
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return nil, fmt.Errorf("linked image: %w", err)
	}
	symbols, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("linked image: %w", err)
	}
	own := map[string]bool{}
	for _, fn := range p.Functions {
		own[fn.Name] = true
	}
	names := map[string]string{}
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) != elf.STT_FUNC || own[s.Name] {
			continue
		}
		if i, ok := p.FunctionAt(uint32(s.Value) &^ 1); ok {
			names[s.Name] = p.Functions[i].Name
		}
	}
	return names, nil
}

// Bound is the most stack that a call of root can take, over all ways through
// the call graph. It is not ok, for the reason told, where the graph does not
// tell: recursion, a call through a pointer, a frame of unknown size.
func Bound(frames map[string]core.Frame, root string) (bytes uint32, ok bool, why string) {
	b := bounder{frames: frames, done: map[string]bound{}}
	found := b.boundOf(root)
	return found.bytes, found.why == "", found.why
}

// Bounds are the bounds of all functions that have one.
func Bounds(frames map[string]core.Frame) map[string]uint32 {
	b := bounder{frames: frames, done: map[string]bound{}}
	all := map[string]uint32{}
	for _, name := range slices.Sorted(maps.Keys(frames)) {
		if found := b.boundOf(name); found.why == "" {
			all[name] = found.bytes
		}
	}
	return all
}

type bound struct {
	bytes uint32
	why   string // why there is none
}

type bounder struct {
	frames map[string]core.Frame
	done   map[string]bound
	way    []string // from the root to the function under way
}

func (b *bounder) boundOf(name string) bound {
	if found, ok := b.done[name]; ok {
		return found
	}
	f, ok := b.frames[name]
	switch i := slices.Index(b.way, name); {
	case i >= 0:
		return bound{why: "recursion: " + strings.Join(append(slices.Clone(b.way[i:]), name), " -> ")}
	case !ok:
		return bound{why: name + " is not known"}
	case f.Dynamic:
		return bound{why: name + " takes stack by an amount known only when it runs"}
	case f.Indirect:
		return bound{why: name + " calls through a pointer"}
	}
	b.way = append(b.way, name)
	var found bound
	for _, called := range f.Calls {
		c := b.boundOf(called)
		if c.why != "" {
			found = c
			break
		}
		found.bytes = max(found.bytes, c.bytes)
	}
	b.way = b.way[:len(b.way)-1]
	if found.why == "" {
		found.bytes += f.Bytes
	} else {
		found.bytes = 0
	}
	b.done[name] = found
	return found
}
