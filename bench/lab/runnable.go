package lab

import (
	"tlslab/core"
	"tlslab/emu"
)

// Runnable returns an image as machines take it, with what they have to know about its
// library.
func Runnable(spec *core.Spec, img *core.Image) emu.Image {
	r := spec.Source.Recipe
	run := emu.Image{WASM: img.WASM, Firmware: img.Firmware, Identity: img.Identity, Apart: r.Apart}
	for _, o := range r.Openings {
		run.Openings = append(run.Openings, emu.Opening(o))
	}
	return run
}
