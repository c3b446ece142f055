package live

import (
	"bytes"
	"context"
	"net"
	"time"

	"tlslab/emu/records"
)

// passedMost is how much of each direction is kept to be told again, bytes: a
// handshake with a long chain, and some answer.
const passedMost = 256 << 10

// hidden says that a conversation hid its handshake, and that it is not read yet.
func (s *spoken) hidden() bool {
	return s.run != nil && s.heard.Version() == 0x0304 && s.heard.Request == nil && !s.heard.Showed[records.FromServer]
}

// rehear reads what TLS 1.3 hid: a guest that tells its secrets, which the measured
// one does not, is told once more what came. It draws the same random numbers, so
// that it has the same keys; the peer is not asked again. Where it says something
// else than before (a ticket's age depends on the clock) nothing is read.
func (g *Live) rehear(ctx context.Context, t dialogue, s *spoken) error {
	if !s.hidden() || g.job.Scenario.Resume != "" {
		return nil
	}
	again, err := open(ctx, g.lab, g.plan, g.job, true, g.compile)
	if err != nil {
		return err
	}
	defer again.Close(ctx)
	if again.refused != nil {
		return nil // its configuration has no room for it
	}
	again.heapB = g.heapB
	heard := records.NewConversation(false)
	read, err := again.speak(ctx, dialogue{
		open:     func(context.Context) (net.Conn, error) { return &retold{came: bytes.NewReader(s.came)}, nil },
		patience: Patience{Wait: time.Minute}, rtc: t.rtc, heard: heard,
	})
	if err != nil {
		return err
	}
	if n := min(len(read.sent), len(s.sent)); n > 0 && bytes.Equal(read.sent[:n], s.sent[:n]) {
		s.heard.Hears(heard)
	}
	return nil
}

// retold is a connection on which a peer says what it said before.
type retold struct {
	net.Conn // nil: what a line does not use is not there
	came     *bytes.Reader
}

func (r *retold) Read(p []byte) (int, error)       { return r.came.Read(p) }
func (r *retold) Write(p []byte) (int, error)      { return len(p), nil }
func (r *retold) Close() error                     { return nil }
func (r *retold) SetReadDeadline(time.Time) error  { return nil }
func (r *retold) SetWriteDeadline(time.Time) error { return nil }
