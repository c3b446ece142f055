package lab

import "context"

// Draw has the job's conversation with the random numbers of a seed, at both
// ends. With the profile's own seed it is the run that Measure counts. What the
// wire does to datagrams stays as it is with the profile's.
func (p *Prepared) Draw(ctx context.Context, seed uint64) (*Run, error) {
	return p.Converse(ctx, Conversation{Seed: seed, WireSeed: p.Plan.Profile.Run.Seed, Bare: true})
}
