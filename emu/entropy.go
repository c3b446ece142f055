package emu

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"

	"tlslab/internal/metric"
)

// Entropy is what one end draws: a stream for each phase in which it asks, so
// that what one phase takes does not move what another gets. Streams are ChaCha8,
// keyed by the seed, the end's role and the phase.
type Entropy struct {
	seed    uint64
	role    string
	streams map[metric.Phase]*stream
}

type stream struct {
	src    rand.ChaCha8
	drawnB int64
}

// NewEntropy begins the streams of a seed for a role ("client", "server"): client
// and server draw different bytes from one seed.
func NewEntropy(seed uint64, role string) *Entropy {
	return &Entropy{seed: seed, role: role, streams: map[metric.Phase]*stream{}}
}

// Clone is the same streams at the same places; the two go on separately.
func (e *Entropy) Clone() *Entropy {
	c := NewEntropy(e.seed, e.role)
	for phase, s := range e.streams {
		here := *s
		c.streams[phase] = &here
	}
	return c
}

// Same says whether the two will give the same from now on.
func (e *Entropy) Same(o *Entropy) bool {
	return e.seed == o.seed && e.role == o.role &&
		maps.EqualFunc(e.streams, o.streams, func(a, b *stream) bool { return a.drawnB == b.drawnB })
}

// Draw fills p from a phase's stream.
func (e *Entropy) Draw(phase metric.Phase, p []byte) {
	if phase == "" {
		phase = PhaseNames[0] // before the first there is nothing else
	}
	s := e.streams[phase]
	if s == nil {
		s = &stream{src: *rand.NewChaCha8(e.key(phase))}
		e.streams[phase] = s
	}
	s.drawnB += int64(len(p))
	s.src.Read(p) // it never fails
}

// key is of one stream. That of init, in which a library's own generator is
// seeded, has no phase in it: seeds keep their numbers.
func (e *Entropy) key(phase metric.Phase) [32]byte {
	text := fmt.Sprintf("tlslab entropy/%s/%d", e.role, e.seed)
	if phase != PhaseNames[0] {
		text += "/" + string(phase)
	}
	return sha256.Sum256([]byte(text))
}
