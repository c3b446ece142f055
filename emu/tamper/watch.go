package tamper

import "encoding/binary"

// Watch looks on from the client's end, where the server's is out of reach:
// what the client reads is what the server sent.
func (m *Middle) Watch(client Line) Line { return &watched{client, m} }

type watched struct {
	Line
	m *Middle
}

// Send notes what the client offers.
func (w *watched) Send(p []byte) int {
	n := w.Line.Send(p)
	if n > 0 {
		records, _ := w.m.toEnd[0].feed(p[:n])
		for _, r := range records {
			w.m.listen(r)
		}
	}
	return n
}

// Recv notes what the server sent.
func (w *watched) Recv(p []byte, timeoutMS uint32) int {
	n := w.Line.Recv(p, timeoutMS)
	if n > 0 {
		records, raw := w.m.toEnd[1].feed(p[:n])
		w.m.seeOther(1, raw)
		for _, r := range records {
			w.m.pass(1, r)
		}
	}
	return n
}

// Offered are the suites that the client offered.
func (m *Middle) Offered() []uint16 { return m.offered.suites }

// Pending is the record that a client began to read and did not finish: one
// that its buffer does not hold. ok is false where there is none.
func (m *Middle) Pending() (r Record, ok bool) {
	h := m.toEnd[1].held
	if len(h) < headerB {
		return Record{}, false
	}
	return Record{h[0], int(binary.BigEndian.Uint16(h[3:])), m.protected}, true
}
