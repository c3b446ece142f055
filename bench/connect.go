package bench

import (
	"context"
	"fmt"
	"net"
	"time"

	"tlslab/bench/results"
	"tlslab/emu/capture"
)

// Connection is a real server to run a job's guest against.
type Connection struct {
	Dial     func(context.Context) (net.Conn, error) // called when the guest is ready, and where it resumes once more; closed by Connect
	Limit    time.Duration                           // longest wait for the server
	Hostname string                                  // name its certificate must have
	RootPEM  []byte                                  // roots to trust; nil: the scenario's own
	RootDER  []byte                                  // in place of RootPEM, one root as flash has it; nil for none
	RTC      time.Time                               // what the calendar clock says at the start
	// Capture is filled with what passes and with the guest's secrets, which it is
	// then built to tell; nil for neither.
	Capture *capture.Capture
}

// Connect has one conversation with a real server. Its counts are exact for
// this conversation; a server's own choices (its random numbers, its record
// sizes) make the next one differ. When ctx ends, the connection is closed.
func (l *Lab) Connect(ctx context.Context, plan *Plan, j *Job, conn Connection) (*results.Case, error) {
	if j.Scenario.Serves() {
		return nil, fmt.Errorf("scenario %s: the device is its server: `tlslab serve` runs it", j.Scenario.Name)
	}
	j, err := l.telling(j, conn.Capture)
	if err != nil {
		return nil, err
	}
	machine, err := l.machine(ctx, j)
	if err != nil {
		return nil, err
	}
	spec, err := l.Spec(plan.Profile, j, machine)
	if err != nil {
		return nil, err
	}
	spec.Material.Hostname = conn.Hostname
	if conn.RootPEM != nil {
		spec.Material.Root, spec.Material.RootIsDER = conn.RootPEM, false
	}
	if conn.RootDER != nil {
		spec.Material.Root, spec.Material.RootIsDER = conn.RootDER, true
	}
	if spec.Material.DTLS != nil {
		spec.Material.DTLS.AnswerBytes = 0 // how long a real server's is nobody knows: the first datagram
	}
	spec.Material.SNTP = nil // its clock is conn.RTC
	return l.live(ctx, plan, j, machine, spec, conn.Dial, conn.Limit, conn.RTC, conn.Capture)
}
