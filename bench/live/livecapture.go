package live

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/emu/capture"
	"tlslab/emu/peer"
)

// exportOption is what 2.x needs to tell a connection's secrets; 3.x always can.
const exportOption = "SSL_EXPORT_KEYS"

// telling is a job whose guest tells its secrets, where that is asked for: with a
// real peer no other end does.
func telling(l *measure.Bench, j *lab.Job, tells bool) (*lab.Job, error) {
	if !tells || !strings.HasPrefix(l.Source.Version, "2.") {
		return j, nil
	}
	own := *j
	return &own, own.Rescene(j.Scenario.WithNeed(exportOption))
}

// mostSegment is how long a piece of a stream is made that the guest took in
// pieces of its own: one TCP segment on Ethernet.
const mostSegment = 1460

// mostCaptured bounds a capture of a real peer that sends without end.
const mostCaptured = 64 << 20 // bytes

// capturedLine keeps what passes.
type capturedLine struct {
	peer.Line
	c      *capture.Capture
	nowUS  func() int64
	serves bool // the guest is the server
	bytes  int
	anew   bool // what passes next begins a connection
}

func (l *capturedLine) keep(p []byte, sent bool) {
	if l.bytes += len(p); len(p) == 0 || l.bytes > mostCaptured {
		return
	}
	fromServer := sent == l.serves
	if n := len(l.c.Packets); n > 0 && !l.c.Datagram && !sent && !l.anew {
		if last := &l.c.Packets[n-1]; last.FromServer == fromServer && len(last.Data)+len(p) <= mostSegment {
			last.Data = append(last.Data, p...)
			return
		}
	}
	l.c.Packets = append(l.c.Packets, capture.Packet{FromServer: fromServer, US: l.nowUS(), Data: slices.Clone(p), Anew: l.anew})
	l.anew = false
}

func (l *capturedLine) Send(p []byte) int {
	n := l.Line.Send(p)
	l.keep(p[:max(n, 0)], true)
	return n
}

func (l *capturedLine) Recv(p []byte, timeoutMS uint32) int {
	n := l.Line.Recv(p, timeoutMS)
	l.keep(p[:max(n, 0)], false)
	return n
}

// captureLive prepares a capture of a conversation with a real peer; begins is to be
// called before another connection of it.
func captureLive(line peer.Line, c *capture.Capture, j *lab.Job, nowUS func() int64, rtcS int64) (kept peer.Line, begins func()) {
	c.Comment = fmt.Sprintf("%s, %s, with a real peer; addresses and ports are made up, secrets included", j.Variant.Name, j.Scenario.Name)
	c.Datagram, c.StartUS = j.Scenario.Datagram(), rtcS*1_000_000
	l := &capturedLine{Line: line, c: c, nowUS: nowUS, serves: j.Scenario.Serves()}
	return l, func() { l.anew = true }
}
