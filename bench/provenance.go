package bench

import (
	"strings"

	"tlslab/bench/results"
)

// Version is the tool's version; CHANGELOG.md says what each brought.
const Version = "0.1.0"

// Provenance says what produced this lab's numbers.
func (l *Lab) Provenance(plan *Plan) results.Provenance {
	p := results.Provenance{
		Tool:     "tlslab " + Version,
		Profile:  plan.Profile.Name,
		Digests:  plan.Digests(),
		Versions: map[string]string{"core": "Mbed TLS " + l.Source.Version},
		Flags: map[string]string{
			"wasm": strings.Join(l.Builder.WasmFlags(plan.Profile.Compiler.Wasm), " "),
			"arm":  strings.Join(l.Builder.ARMFlags(plan.Board, plan.Profile.Compiler.ARM), " "),
		},
	}
	p.Digests["core"], p.Digests["port"], p.Digests["server"] = l.Source.Digest, l.Builder.PortDigest(), l.serverDigest
	for name, v := range l.Builder.Tools.Versions {
		p.Versions[name] = v
	}
	// l.Machine knows its own: wazero, the meter.
	for name, v := range l.Machine.Versions() {
		p.Versions[name] = v
	}
	return p
}

// Digests are those of the plan's data files.
func (p *Plan) Digests() map[string]string {
	d := map[string]string{"profile": p.Profile.Digest(), "board": p.Board.Digest()}
	for _, j := range p.Jobs {
		d["scenario:"+j.Scenario.Name] = j.Scenario.Digest()
	}
	return d
}
