package emu

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
)

// Entropy is a seeded stream: ChaCha8, keyed by the seed and the end's role,
// so that client and server draw different bytes from one seed.
type Entropy struct{ src *rand.ChaCha8 }

// NewEntropy starts the stream of a seed for a role ("client", "server").
func NewEntropy(seed uint64, role string) *Entropy {
	return &Entropy{rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "tlslab entropy/%s/%d", role, seed)))}
}

// Clone is the same stream at the same place; the two go on separately.
func (e *Entropy) Clone() *Entropy {
	src := *e.src
	return &Entropy{&src}
}

// Read fills p; it never fails.
func (e *Entropy) Read(p []byte) (int, error) { return e.src.Read(p) }
