// Package frame is the host contract as messages, for guests outside this
// process: an emulated board over FIFOs, a real one over a serial line. It
// serves a guest's requests to an emu.Host. How the bytes travel is up to a
// Link.
package frame

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"tlslab/emu"
)

// Version is FRAME_VERSION of core/port/frame.h.
const Version = 2

// Kind is a request's kind (enum frame_kind).
type Kind uint8

// The kinds of core/port/frame.h.
const (
	Hello     Kind = 1
	Step      Kind = 2
	Entropy   Kind = 3
	Monotonic Kind = 4
	RTC       Kind = 5
	Send      Kind = 6
	Recv      Kind = 7
	Event     Kind = 8
	Log       Kind = 9
	Exit      Kind = 10
	Fault     Kind = 11
)

// MaxBytes bounds a message either way. The largest there are is the report of
// options, some 10 kB, and a record of 16 kB with its header.
const MaxBytes = 64 << 10

// Message is a guest's request.
type Message struct {
	Kind     Kind
	Argument uint32 // 24 bits
	Cycles   uint64 // the guest's own cycle counter; 0 where it has none
	Payload  []byte
}

// Link carries messages. Next's payload is valid until the next call. Both
// return io.EOF when the guest is gone.
type Link interface {
	Next() (*Message, error)
	Answer(result int32, payload []byte) error
}

// HeadBytes is the length of a request's head.
const HeadBytes = 16

// ErrProtocol says the guest sent what is no message.
var ErrProtocol = errors.New("not a message of the host contract")

// ParseHead reads a message's head and returns the length of its payload.
func ParseHead(head []byte) (m Message, length int, err error) {
	if len(head) != HeadBytes {
		return m, 0, fmt.Errorf("%w: a head of %d bytes", ErrProtocol, len(head))
	}
	word := binary.LittleEndian.Uint32(head)
	n := binary.LittleEndian.Uint32(head[4:])
	m = Message{Kind: Kind(word), Argument: word >> 8, Cycles: binary.LittleEndian.Uint64(head[8:])}
	if m.Kind < Hello || m.Kind > Fault {
		return m, 0, fmt.Errorf("%w: kind %d", ErrProtocol, m.Kind)
	}
	if n > MaxBytes {
		return m, 0, fmt.Errorf("%w: %d bytes of payload, at most %d are allowed", ErrProtocol, n, MaxBytes)
	}
	return m, int(n), nil
}

// AppendAnswer appends an answer as it travels.
func AppendAnswer(b []byte, result int32, payload []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(payload)))
	b = binary.LittleEndian.AppendUint32(b, uint32(result))
	return append(b, payload...)
}

// Stream is a Link over a pair of byte streams that lose nothing.
type Stream struct {
	R io.Reader
	W io.Writer

	head    [HeadBytes]byte
	message Message
	payload []byte
	answer  []byte
}

// Next implements Link. A stream that ends within a message ends with
// io.ErrUnexpectedEOF.
func (s *Stream) Next() (*Message, error) {
	if _, err := io.ReadFull(s.R, s.head[:]); err != nil {
		return nil, err
	}
	m, n, err := ParseHead(s.head[:])
	if err != nil {
		return nil, err
	}
	if cap(s.payload) < n {
		s.payload = make([]byte, n)
	}
	s.payload = s.payload[:n]
	if _, err := io.ReadFull(s.R, s.payload); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	s.message = m
	s.message.Payload = s.payload
	return &s.message, nil
}

// Answer implements Link.
func (s *Stream) Answer(result int32, payload []byte) error {
	s.answer = AppendAnswer(s.answer[:0], result, payload)
	_, err := s.W.Write(s.answer)
	return err
}

// answerClock answers with a 64-bit time.
func answerClock(l Link, v int64) error {
	return l.Answer(0, binary.LittleEndian.AppendUint64(nil, uint64(v)))
}

// words reads n payload words.
func words(m *Message, n int) ([]uint32, error) {
	if len(m.Payload) != 4*n {
		return nil, &emu.GuestError{Reason: fmt.Sprintf("message %d has %d bytes, want %d", m.Kind, len(m.Payload), 4*n)}
	}
	w := make([]uint32, n)
	for i := range w {
		w[i] = binary.LittleEndian.Uint32(m.Payload[4*i:])
	}
	return w, nil
}
