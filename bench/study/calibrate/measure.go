package calibrate

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/emu"
)

// Stack and heap of the guest of primitives: ample for RSA-4096 with a window
// of 6; they are not measured.
const (
	stackBytes = 16 << 10
	heapBytes  = 128 << 10
)

// checkConfig ends the header: from 3.0 on the library does that itself.
const checkConfig = `#if !__has_include("mbedtls/build_info.h")
#include "mbedtls/check_config.h"
#endif
`

// Spec is the image of a run.
func (r *Run) Spec(src *core.Source, board *boards.Board, target *core.Target) *core.Spec {
	header := bytes.Clone(configH)
	for _, name := range r.Unset {
		header = fmt.Appendf(header, "#undef MBEDTLS_%s\n", name)
	}
	header = append(header, checkConfig...)
	return &core.Spec{Source: src, Role: core.Primitives, Header: header, Board: board, WasmOpt: "-O2", ARMOpt: r.Optimise, ARMFlags: r.Flags,
		StackBytes: stackBytes, HeapBytes: heapBytes, Firmware: target}
}

// Measure runs operations in one guest. Without operations it takes what a
// firmware runs by itself. key returns a private key by name, PKCS #8;
// options checks the guest's report and may be nil.
func Measure(ctx context.Context, m emu.Machine, firmware []byte, ops []Operation, key func(string) ([]byte, error), options func(string) error) ([]Measured, error) {
	p, err := m.Load(ctx, emu.Image{Firmware: firmware})
	if err != nil {
		return nil, err
	}
	defer p.Close(ctx)
	h := &host{key: key, options: options, pending: ops}
	g, err := p.Start(ctx, h, emu.DefaultLimits(heapBytes))
	if err != nil {
		return nil, err
	}
	defer g.Close(ctx)
	h.guest = g
	for {
		st, err := g.Step(ctx)
		switch {
		case h.err != nil:
			return nil, fmt.Errorf("%s: %w", h.current.Name, h.err)
		case err != nil && h.failed != 0:
			return nil, fmt.Errorf("%s: Mbed TLS error -%#04x: %w", h.current.Name, h.failed, err)
		case err != nil:
			return nil, fmt.Errorf("%s: %w", h.current.Name, err)
		case st == emu.Blocked:
			return nil, errors.New("the guest of primitives waits, but nothing is under way")
		case st == emu.Done && h.under != nil:
			return nil, fmt.Errorf("%s: begun and not ended", h.under.Operation.Name)
		case st == emu.Done:
			return h.done, nil
		}
	}
}
