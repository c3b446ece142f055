package qemu

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"tlslab/emu"
)

// A guest that has sent a message executes some hundred instructions more, until
// it stands still in the read of the answer.
const (
	settlePause = 50 * time.Microsecond // between two looks
	settled     = patience              // without an instruction: it stands still
)

// total holds the sum over blocks against the plugin's count of single
// instructions, while the guest waits for an answer or has ended. The sum is
// how often each block was begun times the instructions that internal/isa/thumb sees in
// it; the other number QEMU's own code adds up, one instruction at a time. An
// error is an *emu.HostError.
func (g *Guest) total() error {
	last, since := g.executed(), time.Now()
	for {
		ended := g.process.hasEnded()
		sum := g.sum()
		executed := g.executed()
		if executed == sum {
			return nil
		}
		if executed != last {
			last, since = executed, time.Now()
		}
		if ended || time.Since(since) > g.settled {
			return disagreement(executed, sum)
		}
		time.Sleep(settlePause)
	}
}

// totalOfFailed is total for a guest that failed: it ends QEMU. Two blocks may
// have been counted and not finished: the one that a fault cut short, and the
// one that was under way.
func (g *Guest) totalOfFailed() error {
	g.process.kill()
	executed, sum, longest := g.executed(), g.sum(), uint64(0)
	for _, b := range g.blocks {
		longest = max(longest, b.insns)
	}
	if executed > sum || sum-executed > 2*longest {
		return disagreement(executed, sum)
	}
	return nil
}

// failed is how a guest failed, or that its counts can't be believed. Where the
// lab itself failed or the user ended the run, no counts are read.
func (g *Guest) failed(err error) error {
	err = g.failure(err)
	var host *emu.HostError
	var budget *emu.BudgetError
	var guest *emu.GuestError
	switch {
	case errors.As(err, &guest) && guest.Unrepeatable: // it ended within a block
		return err
	case errors.As(err, &host), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &budget): // the plugin ended it between two blocks
		if wrong := g.total(); wrong != nil {
			return wrong
		}
	default:
		if wrong := g.totalOfFailed(); wrong != nil {
			return wrong
		}
	}
	return err
}

func disagreement(executed, sum uint64) error {
	return &emu.HostError{Err: fmt.Errorf("QEMU executed %d instructions, but those of the blocks add up to %d: the counts are wrong", executed, sum)}
}

// executed is the plugin's total. A block that it counted and then did not let
// begin is added.
func (g *Guest) executed() uint64 {
	w := g.counts.words
	return atomic.LoadUint64(&w[wExecuted]) + atomic.LoadUint64(&w[wUnbegun])
}

// sum is the instructions of all blocks, the lab's own functions included.
func (g *Guest) sum() uint64 {
	g.learn()
	words := g.counts.array(wBlocksAt, uint64(len(g.blocks))*blockWords)
	sum := uint64(0)
	for i := range g.blocks {
		sum += words[i*blockWords+1] * g.blocks[i].insns
	}
	return sum
}
