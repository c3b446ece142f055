// Package roots prices trusted certificates: the flash that they take, and the
// work and heap of parsing them before the first byte is sent.
package roots

import (
	"context"
	"errors"
	"fmt"

	"tlslab/bench/lab"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/peer"
	"tlslab/internal/quantity"
)

// Roots are trusted certificates to compile into a client.
type Roots struct {
	Data  []byte // PEM of as many as there are, or one DER
	IsDER bool
}

// Price is what a client pays for its roots before it has said a word.
type Price struct {
	FlashB    int64  `json:"flash-B"`        // they themselves, as they lie in flash
	ParseOps  int64  `json:"parse-wasm-ops"` // of parsing them
	HeapB     int64  `json:"heap-B"`         // what they hold as long as the client has them
	HeapPeakB int64  `json:"heap-peak-B"`    // most while they are parsed, of that and of what is given back
	Allocs    int64  `json:"allocs"`
	Refused   string `json:"refused,omitempty"` // the core's error; of several roots it may be of some alone
	// Of the whole image, where it was linked for the board: with an arena that
	// holds what the client needs until it says hello.
	ROM       int64 `json:"rom-B,omitempty"`
	ArenaB    int64 `json:"arena-B,omitempty"`
	FlashOver int64 `json:"flash-over-B,omitempty"`
	RAMOver   int64 `json:"ram-over-B,omitempty"`
}

// rootsHeapB is the arena that roots are parsed in: more than any board's, so
// that they are priced where they do not fit too.
const rootsHeapB = 16 << 20

// nobody is a line without a peer.
type nobody struct{}

func (nobody) Send(p []byte) int       { return len(p) }
func (nobody) Recv([]byte, uint32) int { return 0 } // closed

// question is what is asked of a job's client.
type question struct {
	Roots  Roots
	Linked bool
}

// answer is a price. A failed build is an answer too, which is not kept.
type answer struct {
	*Price
	NoBuild *core.BuildError `json:",omitempty"`
}

var priced = lab.Declare("roots", func(ctx context.Context, p *lab.Prepared, q question) (answer, bool, error) {
	price, err := price(ctx, p, q)
	if build, ok := lab.DoesNotBuild(err); ok {
		return answer{NoBuild: build}, false, nil
	}
	return answer{Price: price}, true, err
})

// PriceOf runs a job's client, with roots in place of its own, until it waits
// for a server that is not there. linked says whether the image is linked for
// the board too, which takes longer. A configuration that does not build is a
// *core.BuildError.
func PriceOf(ctx context.Context, l *lab.Lab, plan *lab.Plan, j *lab.Job, roots Roots, linked bool) (*Price, error) {
	p, err := l.PrepareOn(ctx, plan, j, l.Machine)
	if err != nil {
		return nil, err
	}
	defer p.Close(ctx)
	a, err := priced.Execute(ctx, p, question{roots, linked})
	if err == nil && a.NoBuild != nil {
		err = a.NoBuild
	}
	return a.Price, err
}

func price(ctx context.Context, job *lab.Prepared, q question) (*Price, error) {
	l, roots := job.Lab, q.Roots
	client := func() (*lab.Prepared, error) {
		p, err := l.PrepareOn(ctx, job.Plan, job.Job, l.Machine)
		if err == nil {
			p.Spec.Material.Root, p.Spec.Material.RootIsDER, p.Spec.Silent = roots.Data, roots.IsDER, true
		}
		return p, err
	}
	alone, err := client()
	if err != nil {
		return nil, err
	}
	defer alone.Close(ctx)
	alone.Spec.Board = nil
	rec, err := hello(ctx, alone)
	if err != nil {
		return nil, err
	}
	p, err := priceOf(rec)
	if err != nil {
		return nil, err
	}
	if p.FlashB = int64(len(roots.Data)); !roots.IsDER {
		p.FlashB++ // PEM is parsed with its final NUL
	}
	if rec.Failed && rec.ErrorPhase == emu.PhaseParseCA {
		p.Refused = lab.OneWord(l.Names().Error(rec.ErrorCode))
	}
	if !q.Linked {
		return p, nil
	}
	p.ArenaB = int64((rec.ArenaB + lab.ArenaStep - 1) / lab.ArenaStep * lab.ArenaStep)
	whole, err := client()
	if err != nil {
		return nil, err
	}
	whole.Spec.HeapBytes = uint32(p.ArenaB)
	if err := whole.Build(ctx); err != nil {
		return nil, err
	}
	sizes := whole.Image.Sizes
	p.ROM, p.FlashOver, p.RAMOver = sizes.RO+sizes.RW, sizes.FlashOver, sizes.RAMOver
	return p, nil
}

// hello runs a client that gets no answer.
func hello(ctx context.Context, p *lab.Prepared) (*emu.Record, error) {
	client := &peer.Endpoint{Line: nobody{}, NowUS: func() int64 { return 0 }, RTC: p.Job.Scenario.RTCSeconds(),
		Random: emu.NewEntropy(p.Plan.Profile.Run.Seed, "client"), Record: emu.NewRecord()}
	lim := p.Limits()
	lim.HeapBytes = rootsHeapB
	g, err := p.Start(ctx, client, lim)
	if err != nil {
		return nil, err
	}
	defer g.Close(ctx)
	client.Guest = g
	r, err := lab.Finish(g, client.Record, peer.Solo(ctx, client))
	if err != nil {
		return nil, err
	}
	return client.Record, r.Err
}

// priceOf reads what parsing took.
func priceOf(rec *emu.Record) (*Price, error) {
	if rec.FirstFailedAllocB > 0 {
		return nil, fmt.Errorf("roots: they need more than %s of heap", quantity.Bytes(rootsHeapB))
	}
	p := new(Price)
	var before int64
	parsed := false
	for _, at := range rec.HeapCurve {
		if at.Phase != emu.PhaseParseCA {
			if !parsed {
				before = int64(at.LiveB)
			}
			continue
		}
		parsed = true
		p.HeapB, p.HeapPeakB = int64(at.LiveB)-before, int64(at.PeakB)-before
	}
	for _, phase := range rec.Phases {
		if phase.Name == emu.PhaseParseCA {
			p.ParseOps, p.Allocs = int64(phase.Ops), int64(phase.Allocs)
		}
	}
	if !parsed {
		return nil, errors.New("roots: the client does not parse any")
	}
	return p, nil
}
