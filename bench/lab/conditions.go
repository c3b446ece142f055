package lab

import (
	"tlslab/boards"
	"tlslab/core"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// Conditions are what a job converses under, whole: whatever a conversation
// depends on is in here, or in what its image is made from. Keys are made of
// them.
type Conditions struct {
	Revision string // of this program
	Source   *core.Source
	Machine  metric.Machine
	Versions map[string]string // of the machine: its emulator, meter, plugin, timing model
	Board    *boards.Board
	Profile  *profiles.Profile
	Job      *Job
	Server   string // digest of the reference server's image
	Peer     *core.Source
}

// Conditions are those of the job.
func (p *Prepared) Conditions() Conditions {
	l := p.Lab
	return Conditions{Revision: l.Builder.Revision, Source: l.Source, Machine: p.Machine.Name(), Versions: p.Machine.Versions(),
		Board: p.Job.Board, Profile: p.Plan.Profile, Job: p.Job, Server: p.Peer.Digest, Peer: p.Peer.Source}
}

// Key is the content key of the job's image.
func (p *Prepared) Key() (string, error) { return p.Lab.Builder.Key(p.Spec) }
