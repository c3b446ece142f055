package build

import (
	"fmt"
	"os"

	"tlslab/core"
	"tlslab/core/image"
	"tlslab/internal/cache"
)

// frameFlags make gcc (10 or later) write beside each object what its functions
// take of the stack and whom they call. The code is the same with and without
// them. Before the link there is nothing to tell where that makes the code:
// then the linked code alone says it.
func (t target) frameFlags() []string {
	if t.name == "wasm" || t.lto() {
		return nil
	}
	return []string{"-fcallgraph-info=su"}
}

// keepCallgraph moves what the compiler wrote beside an object into the cache.
func (b *Builder) keepCallgraph(t target, key, object string) error {
	beside := object + ".ci"
	defer os.Remove(beside)
	text, err := os.ReadFile(beside)
	if err != nil {
		return &core.ToolError{Tool: t.cc, Err: fmt.Errorf("wrote no call graph: %w", err)}
	}
	// Half of one would be kept with the object, and be in the way for good.
	if _, err := image.ParseCallgraph(text); err != nil {
		return &core.ToolError{Tool: t.cc, Err: err}
	}
	return b.Cache.Put(callgraphKind, key, text)
}

// framesOf merges what the compiler wrote beside these objects.
func (b *Builder) framesOf(objects []string) (map[string]core.Frame, error) {
	all := map[string]core.Frame{}
	for _, object := range objects {
		key, _ := cache.Entry(object)
		text, ok := b.Cache.Get(callgraphKind, key)
		if !ok {
			return nil, fmt.Errorf("call graph of %s: gone from the cache", object)
		}
		frames, err := image.ParseCallgraph(text)
		if err != nil {
			return nil, &core.ToolError{Tool: "arm-none-eabi-gcc", Err: err}
		}
		for name, f := range frames {
			all[name] = f.And(all[name])
		}
	}
	return all, nil
}

// codeOf are the digests of the functions of linked objects that are in frames.
func (b *Builder) codeOf(objects []string, frames map[string]core.Frame) (map[string]string, error) {
	all := map[string]string{}
	for _, path := range objects {
		digests, err := b.codeOfObject(path)
		if err != nil {
			return nil, err
		}
		for name, sum := range digests {
			if _, linked := frames[name]; !linked {
				continue
			}
			if other, ok := all[name]; ok {
				sum = image.JoinDigests(other, sum)
			}
			all[name] = sum
		}
	}
	return all, nil
}

// codeOfObject is codeDigests of a file of the cache, read once.
func (b *Builder) codeOfObject(path string) (map[string]string, error) {
	if known, ok := b.code.Load(path); ok {
		return known.(map[string]string), nil
	}
	object, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	digests, err := image.CodeDigests(object)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	b.code.Store(path, digests)
	return digests, nil
}
