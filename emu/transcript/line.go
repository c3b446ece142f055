package transcript

// Line is the wire as one end sees it.
type Line interface {
	Send(p []byte) int
	Recv(p []byte, timeoutMS uint32) int
}

// take takes what an end sent.
func (t *Transcript) take(from int, p []byte, datagram bool) {
	if datagram {
		t.Datagram(from, p)
		return
	}
	t.Stream(from, p)
}

// Watch looks on at one end's line: what it sends, and what it reads of the
// other one, which may have sent more.
func (t *Transcript) Watch(line Line, end int, datagram bool) Line {
	return &watched{line, t, end, datagram, true}
}

// Lines looks on at what both ends send.
func (t *Transcript) Lines(client, server Line, datagram bool) (Line, Line) {
	return &watched{client, t, Client, datagram, false}, &watched{server, t, Server, datagram, false}
}

type watched struct {
	Line
	t        *Transcript
	end      int
	datagram bool
	reads    bool
}

func (w *watched) Send(p []byte) int {
	n := w.Line.Send(p)
	if n > 0 {
		w.t.take(w.end, p[:n], w.datagram)
	}
	return n
}

func (w *watched) Recv(p []byte, timeoutMS uint32) int {
	n := w.Line.Recv(p, timeoutMS)
	if n > 0 && w.reads {
		w.t.take(1-w.end, p[:n], w.datagram)
	}
	return n
}
