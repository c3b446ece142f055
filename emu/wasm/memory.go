package wasm

import (
	"sync"

	"github.com/tetratelabs/wazero/experimental"
)

// memoryPool keeps the linear memories of one program for reuse: all have the
// size the module was linked with.
type memoryPool struct {
	mu   sync.Mutex
	free [][]byte
}

// maxPooled bounds what an idle pool holds on to.
const maxPooled = 16

// get returns size zero bytes.
func (p *memoryPool) get(size int) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return b
	}
	return make([]byte, size)
}

// put takes b back, zeroed where it was used.
func (p *memoryPool) put(b []byte, used int) {
	clear(b[:used])
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) < maxPooled {
		p.free = append(p.free, b)
	}
}

// cappedMemory is a linear memory of used bytes, which need not be whole
// pages. wazero asks for whole pages and takes what it gets: it checks the
// slice's capacity, and bounds every access by the slice's length. That is
// outside its documented contract, so TestMemoryCap pins it in both engines.
type cappedMemory struct {
	pool *memoryPool
	buf  []byte // as many bytes as the pages of the module
	used int
}

func (m *cappedMemory) Reallocate(size uint64) []byte {
	if m.buf == nil || size > uint64(len(m.buf)) {
		return nil
	}
	return m.buf[:m.used:size]
}

func (m *cappedMemory) Free() {
	if m.buf != nil {
		m.pool.put(m.buf, m.used)
		m.buf = nil
	}
}

// allocator gives one instance its memory.
func (p *memoryPool) allocator(used uint32) experimental.MemoryAllocator {
	return experimental.MemoryAllocatorFunc(func(_, max uint64) experimental.LinearMemory {
		return &cappedMemory{pool: p, buf: p.get(int(max)), used: int(used)}
	})
}
