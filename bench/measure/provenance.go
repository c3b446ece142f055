package measure

import (
	"context"
	"strings"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/bench/scenario"
	"tlslab/core"
)

// Version is the tool's version; CHANGELOG.md says what each brought.
const Version = "0.1.0"

// Provenance says what produced this lab's numbers.
func (l *Bench) Provenance(ctx context.Context, plan *lab.Plan) (results.Provenance, error) {
	p := results.Provenance{
		Tool:     "tlslab " + Version,
		Profile:  plan.Profile.Name,
		Digests:  plan.Digests(),
		Versions: map[string]string{"core": l.Source.Library.Title() + " " + l.Source.Version},
		Flags: map[string]string{
			"wasm": strings.Join(l.Builder.WasmFlags(plan.Profile.Compiler.Wasm), " "),
		},
	}
	if s := l.Source.Library.Support(l.Source.Version); s != nil {
		p.Support = s.String()
	}
	p.Digests["core"], p.Digests["port"], p.Digests["server"] = l.Source.Digest, l.Builder.PortDigest(), l.Peer.Digest
	if l.NewerPeer != nil {
		p.Digests["server:"+l.NewerPeer.Source.Core] = l.NewerPeer.Digest
	}
	own, err := scenario.OwnRoots(plan.Profile)
	if err != nil {
		return p, err
	}
	if len(own) > 0 {
		p.Digests["roots"] = core.SHA256(own)
	}
	for name, v := range l.Builder.Tools.Versions {
		p.Versions[name] = v
	}
	if err := l.fillAbout(&p, plan); err != nil {
		return p, err
	}
	for i, b := range plan.Boards {
		p.Flags["arm"+lab.BoardSuffix(i, b)] = strings.Join(l.Builder.ARMFlags(b, plan.Profile.Compiler.ARM), " ")
		for _, name := range plan.Profile.Machines {
			m, err := l.MachineOf(ctx, &lab.Job{Board: b, Machine: name})
			if err != nil {
				return p, err
			}
			// Each knows its own: wazero, the meter; QEMU, the plugin, the
			// timing model, which a board has to itself.
			for what, v := range m.Versions() {
				if old, ok := p.Versions[what]; ok && old != v {
					what += lab.BoardSuffix(i, b)
				}
				p.Versions[what] = v
			}
		}
	}
	return p, nil
}
