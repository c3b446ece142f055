package live

import (
	"context"
	"fmt"
	"net"
	"time"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu/capture"
	"tlslab/emu/records"
)

// Connection is a real server to run a job's guest against.
type Connection struct {
	// called when the guest is ready, and where it resumes once more; closed by Connect
	Dial     func(context.Context) (net.Conn, error)
	Patience Patience  // with the server
	Hostname string    // name its certificate must have
	RootPEM  []byte    // roots to trust; nil: the scenario's own
	RootDER  []byte    // in place of RootPEM, one root as flash has it; nil for none
	RTC      time.Time // what the calendar clock says at the start
	// Again lets a conversation that does not connect be had again with what may
	// help, so that the advice was tried: the server sees more than one connection.
	Again bool
	// Capture is filled with what passes and with the guest's secrets, which it is
	// then built to tell; nil for neither.
	Capture *capture.Capture
	// Heard is filled with what could be read along, and in TLS 1.3, where it does not
	// connect, with what was hidden; nil for nothing.
	Heard *records.Conversation
}

// Connect has a conversation with a real server. Its counts are exact for
// this conversation; a server's own choices (its random numbers, its record
// sizes) make the next one differ. When ctx ends, the connection is closed.
func Connect(ctx context.Context, l *measure.Bench, plan *lab.Plan, j *lab.Job, conn Connection) (*results.Case, error) {
	if j.Scenario.Serves() {
		return nil, fmt.Errorf("scenario %s: the device is its server: `tlslab serve` runs it", j.Scenario.Name)
	}
	g, err := open(ctx, l, plan, j, conn.Capture != nil, conn.compile)
	if err != nil {
		return nil, err
	}
	defer g.Close(ctx)
	return g.converse(ctx, dialogue{conn.Dial, conn.Patience, conn.RTC, conn.Capture, conn.Heard, conn.Again})
}

// compile puts what a connection brings along into the guest.
func (conn *Connection) compile(m *core.Material) {
	m.Hostname = conn.Hostname
	if conn.RootPEM != nil {
		m.Root, m.RootIsDER = conn.RootPEM, false
	}
	if conn.RootDER != nil {
		m.Root, m.RootIsDER = conn.RootDER, true
	}
	if m.DTLS != nil {
		m.DTLS.AnswerBytes = 0 // the length of a real server's is unknown: the first datagram
	}
	m.SNTP = nil // its clock is conn.RTC
}
