package frame

import (
	"fmt"

	"tlslab/emu"
)

// Session is one guest behind a Link: its boot and its steps.
type Session struct {
	link    Link
	host    emu.Host
	lim     emu.Limits
	guard   emu.Guard
	pending int32 // what the message not yet answered will be answered with
	begun   bool  // it has said more than hello
	hello   int32 // what hello is answered with
	cycles  uint64
	buffer  []byte

	StackBytes uint32 // the stack the guest says it has
	Identity   uint32 // the firmware's; 0 where it tells none
	// OnMessage is called for every message, before it is served; nil for none.
	OnMessage func(*Message)
}

// NewSession waits for the guest to say hello and holds it there: the first
// Step lets it go on. Errors are those of Step.
func NewSession(link Link, host emu.Host, lim emu.Limits) (*Session, error) {
	s := &Session{link: link, host: host, lim: lim}
	m, err := link.Next()
	if err != nil {
		return nil, err
	}
	if m.Kind == Fault {
		return nil, faultError(m)
	}
	if m.Kind != Hello {
		return nil, &emu.GuestError{Reason: fmt.Sprintf("message %d before hello", m.Kind)}
	}
	w, err := words(m, 4)
	if err != nil {
		return nil, err
	}
	if w[0] != Version {
		return nil, &emu.HostError{Err: fmt.Errorf("firmware speaks version %d of the messages, this program %d: build it anew", w[0], Version)}
	}
	if lim.HeapBytes > w[1] {
		return nil, &emu.HostError{Err: fmt.Errorf("heap of %d bytes: the firmware has room for %d", lim.HeapBytes, w[1])}
	}
	s.StackBytes, s.Identity, s.hello = w[2], w[3], int32(lim.HeapBytes)
	s.pending = s.hello
	return s, nil
}

// Cycles are the guest's own cycle counter, as of its last message.
func (s *Session) Cycles() uint64 { return s.cycles }

// Step lets the guest go on until it has finished one step. Errors are
// *emu.GuestError, *emu.HostError, what the host's Event returned, or the
// link's own.
func (s *Session) Step() (emu.Status, error) {
	if err := s.charge(0); err != nil {
		return 0, err
	}
	if err := s.link.Answer(s.pending, nil); err != nil {
		return 0, err
	}
	for {
		m, err := s.link.Next()
		if err != nil {
			return 0, err
		}
		s.cycles = m.Cycles
		if s.OnMessage != nil {
			s.OnMessage(m)
		}
		if m.Kind == Hello && !s.begun {
			// A board that started anew before it did anything: it still may.
			if err := s.link.Answer(s.hello, nil); err != nil {
				return 0, err
			}
			continue
		}
		s.begun = true
		if m.Kind == Step {
			s.pending = 0
			switch st := emu.Status(m.Argument); st {
			case emu.Ready, emu.Blocked, emu.Done:
				return st, nil
			default:
				return 0, &emu.GuestError{Reason: fmt.Sprintf("tlslab_step returned %d", int32(m.Argument<<8)>>8)}
			}
		}
		if err := s.serve(m); err != nil {
			return 0, err
		}
	}
}

// charge counts a call against the guest's limits.
func (s *Session) charge(bytes int) error { return s.guard.Charge(s.lim, bytes) }

// Event passes the host an event of the machine's own, while the guest waits.
func (s *Session) Event(kind emu.EventKind, payload []byte) error {
	return s.guard.Event(s.host, s.lim, kind, payload)
}

func (s *Session) serve(m *Message) error {
	if err := s.charge(len(m.Payload)); err != nil {
		return err
	}
	switch m.Kind {
	case Entropy:
		p, err := s.room(m, 1)
		if err != nil {
			return err
		}
		if err := s.charge(len(p)); err != nil {
			return err
		}
		if err := s.host.Entropy(p); err != nil {
			return s.link.Answer(-1, nil)
		}
		return s.link.Answer(0, p)
	case Monotonic:
		return answerClock(s.link, s.host.MonotonicUS())
	case RTC:
		return answerClock(s.link, s.host.RTCSeconds())
	case Send:
		n := s.host.Send(m.Payload)
		if n > len(m.Payload) || n < 0 && n != emu.RecvError {
			return &emu.HostError{Err: fmt.Errorf("send of %d bytes gave %d", len(m.Payload), n)}
		}
		return s.link.Answer(int32(n), nil)
	case Recv:
		p, err := s.room(m, 2)
		if err != nil {
			return err
		}
		w, _ := words(m, 2)
		n := s.host.Recv(p, w[1])
		if n > len(p) || n < emu.RecvError {
			return &emu.HostError{Err: fmt.Errorf("receive of %d bytes gave %d", len(p), n)}
		}
		if err := s.charge(max(n, 0)); err != nil {
			return err
		}
		return s.link.Answer(int32(n), p[:max(n, 0)])
	case Event:
		if emu.EventKind(m.Argument) >= emu.EventEnter {
			return &emu.GuestError{Reason: fmt.Sprintf("event %d is not known", m.Argument)}
		}
		if err := s.guard.Event(s.host, s.lim, emu.EventKind(m.Argument), m.Payload); err != nil {
			return err
		}
		return s.link.Answer(0, nil)
	case Log:
		s.guard.Log(s.host, s.lim, int(m.Argument), m.Payload)
		return s.link.Answer(0, nil)
	case Exit:
		w, err := words(m, 1)
		if err != nil {
			return err
		}
		return &emu.GuestError{Reason: fmt.Sprintf("exit(%d)", int32(w[0]))}
	case Fault:
		return faultError(m)
	}
	return &emu.GuestError{Reason: fmt.Sprintf("message %d after hello", m.Kind)}
}

// room is a buffer as long as the message's first word asks for.
func (s *Session) room(m *Message, n int) ([]byte, error) {
	w, err := words(m, n)
	if err != nil {
		return nil, err
	}
	if w[0] > MaxBytes {
		return nil, &emu.GuestError{Reason: fmt.Sprintf("message %d asks for %d bytes, at most %d are allowed", m.Kind, w[0], MaxBytes)}
	}
	if cap(s.buffer) < int(w[0]) {
		s.buffer = make([]byte, w[0])
	}
	return s.buffer[:w[0]], nil
}
