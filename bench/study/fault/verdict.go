package fault

import "tlslab/internal/metric"

// Verdicts that are well.
const (
	CleanError = "clean-error" // the library's error, and nothing left on the heap
	Connected  = "connected"   // to the end, and a rule says why that is right
)

// Verdicts that are findings.
const (
	Hang     = "hang"                // the tick budget or the steps are used up, or both ends wait for ever
	Trap     = "trap"                // the guest did what its machine refuses
	Leak     = "leak"                // heap live after close
	Accepted = "accepted-corruption" // connected, or has its answer, on bytes that neither end sent
	Ignored  = "ignored-entropy"     // connected though the entropy source failed
	Broken   = "broken-by-split"     // an error, though every byte arrived in its order
	Internal = "internal-error"      // bytes on the wire brought the library to a place that it says is never reached
	Silent   = "silent"              // ended without an error and without its answer
	peerEnd  = "its peer: "
)

// Verdicts are all, in the order of tables.
var Verdicts = []string{CleanError, Connected, Hang, Trap, Leak, Accepted, Ignored, Broken, Internal, Silent}

// Rules say why a run that connected did so rightly.
var Rules = []struct{ Name, Why string }{
	{"unchanged", "every byte arrived, in its order"},
	{"record-version", "the version in the header of a record in the clear is covered by nothing, and a receiver may pass over it (RFC 8446, 5.1; RFC 5246, appendix E.1)"},
	{"record-sequence", "the sequence number of a datagram's record in the clear is covered by nothing (RFC 6347, 4.1)"},
	{"hello-verify", "HelloVerifyRequest, and the ClientHello before it, are not in the hash of Finished (RFC 6347, 4.2.1)"},
	{"sent-again", "the datagram was dropped, and what it carried was sent again (RFC 6347, 4.2.4)"},
	{"other-copy", "the message was sent more than once without a fault too, and another copy was taken"},
	{"never-read", "the client was done before it came to this byte"},
	{"closing", "the whole answer had arrived, and nobody looks at how the connection is closed"},
	{"end-of-stream", "the stream ended without close_notify: a read returns 0, which the manual's sample takes for the end; only the answer's own length shows that it is short (RFC 5246, 7.2.1)"},
	{"did-without", "the library went on without the memory"},
	{"clock-tolerated", "nothing depends on the clock at this point, or what it says is within what is allowed"},
}

// Why is a rule's reason.
func Why(rule string) string {
	for _, r := range Rules {
		if r.Name == rule {
			return r.Why
		}
	}
	return ""
}

// Site is where a fault strikes, as the run without one shows it.
type Site struct {
	Phase     metric.Phase // of the client
	Handshake bool         // before the client was connected
	Closing   bool         // in the client's last step
	NeverRead bool         // the byte was still under way at the end
	Byte      Byte         // faults of the wire
	Datagrams bool
	Cookies   bool // the server asks for cookies
}

// Outcome is what the lab saw of a run.
type Outcome struct {
	Hang, Trap string       // what for; "" if it reached its end
	AtPeer     bool         // the reference server, or client, did that
	Error      string       // the library's name of the client's error; "" for none
	Internal   bool         // the error is from a place that the library says is never reached
	Phase      metric.Phase // of the error, or the last
	Connected  bool         // the client reported it
	Complete   bool         // it has its whole answer, and no error
	PeerError  string       // the library's name of the peer's error; "" for none
	SawEnd     bool         // it, or the reader of its answer, has seen the end of the stream
	Resent     bool         // more datagrams were sent than without a fault
	LeakB      uint32
	Joined     bool // it reached a state of the run without a fault, which goes on to the end
}

// Verdict is a judged run.
type Verdict struct {
	Name   string
	Rule   string // why it may be connected
	Detail string // what happened, where it is a finding
}

// Finding says whether the verdict is one.
func (v Verdict) Finding() bool { return v.Name != CleanError && v.Name != Connected }

// Judge gives the verdict of a run.
func Judge(f Fault, s Site, o Outcome) Verdict {
	who := ""
	if o.AtPeer {
		who = peerEnd
	}
	switch {
	case o.Hang != "":
		return Verdict{Name: Hang, Detail: who + o.Hang}
	case o.Trap != "":
		return Verdict{Name: Trap, Detail: who + o.Trap}
	case o.LeakB > 0:
		return Verdict{Name: Leak, Detail: leaked(o)}
	case o.Complete || f.Kind == Flip && s.Handshake && o.Connected:
		return reached(f, s, o)
	case o.Internal && f.From != "":
		return Verdict{Name: Internal, Detail: o.Error + " in " + string(o.Phase) + ": " + describe(s)}
	case o.Error != "" && f.Kind == Split && !s.Datagrams:
		return Verdict{Name: Broken, Detail: o.Error + " in " + string(o.Phase)}
	case o.Error != "":
		return Verdict{Name: CleanError}
	case o.Connected && o.SawEnd:
		return Verdict{Name: Connected, Rule: "end-of-stream"}
	case o.PeerError != "":
		return Verdict{Name: CleanError} // what a guest that serves has sent it cannot see arrive
	}
	return Verdict{Name: Silent, Detail: "done in " + string(o.Phase) + " without an error and without the whole answer"}
}

// reached judges a run that came through.
func reached(f Fault, s Site, o Outcome) Verdict {
	rule := ""
	switch f.Kind {
	case Flip:
		rule = flipRule(s, o)
	case Split:
		rule = "unchanged"
	case Alloc:
		rule = "did-without"
	case RTC, Clock:
		rule = "clock-tolerated"
	}
	switch {
	case rule != "":
	case s.NeverRead:
		rule = "never-read"
	case s.Closing, s.Datagrams && s.Byte.Type == typeAlert:
		rule = "closing"
	case o.SawEnd && !s.Handshake:
		rule = "end-of-stream"
	case o.Resent:
		rule = "sent-again"
	case f.Kind == Flip && s.Byte.Copies:
		rule = "other-copy"
	}
	switch {
	case rule != "":
		return Verdict{Name: Connected, Rule: rule}
	case f.Kind == Entropy:
		return Verdict{Name: Ignored, Detail: "connected; the entropy source failed in " + string(s.Phase)}
	}
	return Verdict{Name: Accepted, Detail: describe(s)}
}

// flipRule is why a flipped bit may go unnoticed by what the bytes are.
func flipRule(s Site, o Outcome) string {
	switch b := s.Byte; {
	case b.Sealed:
	case b.Part == Version:
		return "record-version"
	case b.Part == Sequence && !o.Resent:
		return "record-sequence"
	case s.Datagrams && (b.Message == messageHelloVerify || s.Cookies && b.NoCookie):
		return "hello-verify"
	}
	return ""
}
