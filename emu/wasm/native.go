package wasm

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/tetratelabs/wazero"

	"tlslab/internal/cache"
)

// natives keeps machine code between processes. wazero's own directory checks the
// code, but not where its functions begin; so it gets a private one, in which no
// file is but that of the module at hand, as a Store has verified it.
type natives struct {
	store  *cache.Store
	dir    string // wazero's
	remove func() error
	mu     sync.Mutex // one module at a time; a compilation takes all cores
}

// nativeInputs make a module's machine code.
type nativeInputs struct {
	Module   string // digest
	Wazero   string // version
	GOARCH   string
	Listened bool // each call tells: other code
}

// nativesKept is where the store has machine code.
const nativesKept = "wazero"

var nativeKind = cache.NewKind[nativeInputs]("native")

// listenedKey marks contexts with which modules are compiled that tell each call.
type listenedKey struct{}

// unkeptKey marks contexts for compiling modules that run only once: their machine code is
// not kept.
type unkeptKey struct{}

func newNatives(store *cache.Store) (*natives, error) {
	if err := os.MkdirAll(store.Dir, 0o755); err != nil {
		return nil, err
	}
	dir, remove, err := cache.Scratch("wazero")
	if err != nil {
		return nil, err
	}
	return &natives{store: store, dir: dir, remove: remove}, nil
}

// compile compiles a module, or takes its machine code from the store.
func (n *natives) compile(ctx context.Context, r wazero.Runtime, module []byte) (wazero.CompiledModule, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	key := nativeKind.Key(nativeInputs{Module: cache.SHA256(module), Wazero: wazeroVersion(), GOARCH: runtime.GOARCH,
		Listened: ctx.Value(listenedKey{}) != nil})
	once := ctx.Value(unkeptKey{}) != nil
	var kept []byte
	var ok bool
	if !once {
		if kept, ok = n.store.Get(nativesKept, key); ok {
			ok = n.put(kept)
		}
	}
	compiled, err := r.CompileModule(ctx, module)
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(n.dir, "*", "*"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		entry := append([]byte(filepath.Base(file)+"\n"), data...)
		if !once && (!ok || !bytes.Equal(entry, kept)) {
			err = n.store.Put(nativesKept, key, entry)
		}
		if err != nil {
			return nil, err
		}
		if err := os.Remove(file); err != nil {
			return nil, err
		}
	}
	return compiled, nil
}

// put lays an entry out as wazero had written it: a file of its name.
func (n *natives) put(entry []byte) bool {
	name, data, ok := bytes.Cut(entry, []byte("\n"))
	if _, err := hex.DecodeString(string(name)); err != nil || !ok {
		return false
	}
	dirs, err := filepath.Glob(filepath.Join(n.dir, "*"))
	return err == nil && len(dirs) == 1 && os.WriteFile(filepath.Join(dirs[0], string(name)), data, 0o600) == nil
}
