package serial

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"tlslab/emu"
	"tlslab/emu/frame"
)

// Port is a serial line: Close ends a Read that waits.
type Port interface {
	io.ReadWriteCloser
	SetWriteDeadline(t time.Time) error
}

// SilentError says that the board said nothing in all the time it was given.
type SilentError struct {
	Path    string
	Baud    int
	After   time.Duration
	Begun   bool   // it had said hello
	Skipped uint64 // bytes that came and were no packet
}

func (e *SilentError) Error() string {
	switch {
	case e.Begun:
		return fmt.Sprintf("%s: the board has fallen silent: nothing for %v", e.Path, e.After)
	case e.Skipped > 0:
		return fmt.Sprintf("%s: %d bytes came in %v and none was part of a message: is %d baud right, and the firmware tlslab's?", e.Path, e.Skipped, e.After, e.Baud)
	}
	return fmt.Sprintf("%s: nothing came in %v: is the board powered, its firmware written, and this its port?", e.Path, e.After)
}

// ClosedError says that the port went away, as one does that is unplugged.
type ClosedError struct {
	Path string
	Err  error
}

func (e *ClosedError) Error() string {
	return fmt.Sprintf("%s: the port is gone (%v): was the board unplugged?", e.Path, e.Err)
}

func (e *ClosedError) Unwrap() error { return e.Err }

// WrapError says that the guest's 32-bit counter of cycles may have come round
// unseen: the cycles are lost.
type WrapError struct {
	Path         string
	After, Limit time.Duration
}

func (e *WrapError) Error() string {
	return fmt.Sprintf("%s: %v between two messages: the board's counter of cycles comes round in %v, so they are not known", e.Path, e.After, e.Limit)
}

// Link carries messages over a line. The guest asks and asks again until it is
// answered; the link answers each packet once or, when it is sent again, with
// the same packet. It implements frame.Link for one goroutine; another of its
// own reads the port, so that a guest that repeats itself while the lab is busy
// hears that the answer takes time.
type Link struct {
	port     Port
	path     string
	baud     int
	patience time.Duration // how long Next waits
	wrap     time.Duration // in which the board's counter of cycles may come round; 0: it has none
	left     time.Time     // when the guest was answered last
	messages chan numbered
	gone     chan struct{} // closed when the port can't be read any more
	err      error         // why; valid after gone

	mu      sync.Mutex
	decoder decoder
	begun   bool   // the guest's first packet has come
	last    byte   // number of the guest's packet taken last
	hello   []byte // that packet as it travelled, while it is the first
	in      []byte // of the message under way
	waiting bool   // a message is complete and not answered
	whole   int    // messages that were complete
	taken   int    // the one that Next returned last: what is answered
	reply   []byte // the last packet sent
	out     []byte // of the answer, what is not sent yet
	again   uint64 // packets that came again
	fault   error  // what the guest sent is no message
}

// newLink begins to read the port. Nothing is taken before the first packet
// after a board's start-up; a board in the middle of an earlier run is told to
// start anew.
func newLink(port Port, path string, baud int, patience time.Duration) *Link {
	l := &Link{port: port, path: path, baud: baud, patience: patience,
		messages: make(chan numbered, 1), gone: make(chan struct{})}
	go l.read()
	return l
}

// writeTime is how long the port may take a packet; the slowest line takes
// 137 bytes in less.
const writeTime = 10 * time.Second

func (l *Link) read() {
	defer close(l.gone)
	b := make([]byte, 4096)
	for {
		n, err := l.port.Read(b)
		l.mu.Lock()
		l.decoder.feed(b[:n], l.take)
		if l.fault != nil {
			err = l.fault
		}
		l.mu.Unlock()
		if err != nil {
			l.err = err
			return
		}
	}
}

// take has a packet of the guest.
func (l *Link) take(p packet) {
	switch {
	case p.flags&flagHost != 0 || l.fault != nil: // an echo
	case p.flags&flagFirst != 0 && !(l.begun && string(l.hello) == string(p.append(nil))):
		l.hello = p.append(nil)
		l.begun, l.waiting, l.in, l.out = true, false, nil, nil
		l.accept(p)
	case !l.begun:
		// Of an earlier run: what it waits for is unknown.
		l.write(packet{flags: flagStop | flagHost, number: p.number}.append(nil))
	case p.number == l.last && l.waiting:
		l.again++
		l.write(packet{flags: flagWait | flagHost, number: p.number}.append(nil))
	case p.number == l.last:
		l.again++
		l.write(l.reply)
	case p.number == l.last+1 && p.flags&flagFirst == 0:
		l.hello = nil
		l.accept(p)
	}
}

// accept has the guest's next packet.
func (l *Link) accept(p packet) {
	l.last, l.reply = p.number, nil
	switch {
	case p.flags&flagNext != 0:
		l.send()
		return
	case p.flags&flagStart != 0:
		l.in, l.out, l.waiting = l.in[:0], nil, false
	}
	l.in = append(l.in, p.payload...)
	switch {
	case len(l.in) > frame.HeadBytes+frame.MaxBytes:
		l.fault = fmt.Errorf("%w: more than %d bytes", frame.ErrProtocol, frame.MaxBytes)
	case p.flags&flagMore != 0:
		l.send()
	default:
		m, err := message(l.in)
		if err != nil {
			l.fault = err
			return
		}
		l.waiting = true
		l.whole++
		select { // what a board said before it started anew
		case <-l.messages:
		default:
		}
		l.messages <- numbered{m, l.whole}
	}
}

// numbered is a message and which it is.
type numbered struct {
	*frame.Message
	number int
}

// message is the message that b holds.
func message(b []byte) (*frame.Message, error) {
	m, n, err := frame.ParseHead(b[:min(len(b), frame.HeadBytes)])
	if err != nil {
		return nil, err
	}
	if len(b) != frame.HeadBytes+n {
		return nil, fmt.Errorf("%w: %d bytes of payload, its head says %d", frame.ErrProtocol, len(b)-frame.HeadBytes, n)
	}
	m.Payload = append([]byte(nil), b[frame.HeadBytes:]...)
	return &m, nil
}

// send answers the packet taken last with what there is of an answer.
func (l *Link) send() {
	p := packet{flags: flagHost, number: l.last, payload: l.out[:min(len(l.out), payloadMost)]}
	if l.out = l.out[len(p.payload):]; len(l.out) > 0 {
		p.flags |= flagMore
	}
	l.reply = p.append(nil)
	l.write(l.reply)
}

// write puts a packet on the line. Where it can't, reading can't go on either,
// or the guest asks again.
func (l *Link) write(b []byte) {
	if l.port.SetWriteDeadline(time.Now().Add(writeTime)) == nil {
		l.port.Write(b)
	}
}

// Next implements frame.Link.
func (l *Link) Next() (*frame.Message, error) {
	timer := time.NewTimer(l.patience)
	defer timer.Stop()
	select {
	case m := <-l.messages:
		if took := time.Since(l.left); l.wrap > 0 && !l.left.IsZero() && took > l.wrap {
			return nil, &emu.HostError{Err: &WrapError{Path: l.path, After: took, Limit: l.wrap}}
		}
		l.taken = m.number
		return m.Message, nil
	case <-l.gone:
		if errors.Is(l.err, frame.ErrProtocol) {
			return nil, &emu.GuestError{Reason: l.err.Error()}
		}
		return nil, &emu.HostError{Err: &ClosedError{Path: l.path, Err: l.err}}
	case <-timer.C:
		l.mu.Lock()
		defer l.mu.Unlock()
		return nil, &emu.HostError{Err: &SilentError{Path: l.path, Baud: l.baud, After: l.patience, Begun: l.begun,
			Skipped: l.decoder.skipped + uint64(len(l.decoder.buffer))}}
	}
}

// Answer implements frame.Link. A board that has started anew since gets none.
func (l *Link) Answer(result int32, payload []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left = time.Now()
	if l.waiting && l.taken == l.whole {
		l.waiting = false
		l.out = frame.AppendAnswer(nil, result, payload)
		l.send()
	}
	return nil
}

// Close tells a guest that waits to start anew, and closes the port.
func (l *Link) Close() error {
	l.mu.Lock()
	if l.waiting {
		l.write(packet{flags: flagStop | flagHost, number: l.last}.append(nil))
	}
	l.mu.Unlock()
	err := l.port.Close()
	<-l.gone
	return err
}
