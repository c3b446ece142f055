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
		Tool:    "tlslab " + Version,
		Profile: plan.Profile.Name,
		Digests: map[string]string{
			"profile": plan.Profile.Digest(), "board": plan.Board.Digest(), "core": l.Source.Digest,
			"port": l.Builder.PortDigest(), "server": l.serverDigest,
		},
		Versions: map[string]string{"core": "Mbed TLS " + l.Source.Version},
		Flags: map[string]string{
			"wasm": strings.Join(l.Builder.WasmFlags(plan.Profile.Compiler.Wasm), " "),
			"arm":  strings.Join(l.Builder.ARMFlags(plan.Board, plan.Profile.Compiler.ARM), " "),
		},
	}
	for _, j := range plan.Jobs {
		p.Digests["scenario:"+j.Scenario.Name] = j.Scenario.Digest()
	}
	for name, v := range l.Builder.Tools.Versions {
		p.Versions[name] = v
	}
	for name, v := range l.Machine.Versions() {
		p.Versions[name] = v
	}
	return p
}
