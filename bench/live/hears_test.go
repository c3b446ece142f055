package live

import (
	"testing"

	"tlslab/emu"
	"tlslab/emu/records"
)

// goneLine is a peer that sent an alert and went.
type goneLine struct{ said []byte }

func (l *goneLine) Send([]byte) int { return emu.RecvError }

func (l *goneLine) Recv(p []byte, _ uint32) int { return copy(p, l.said) }

// A guest that finds its peer gone when it sends: the peer's alert is read all the same.
func TestLastWords(t *testing.T) {
	t.Parallel()
	h := &hears{Line: &goneLine{[]byte{21, 3, 3, 0, 2, 2, 40}}, p: &patience{heard: records.NewConversation(false)}, stream: true}
	if n := h.Send([]byte{22}); n != emu.RecvError {
		t.Errorf("sent %d", n)
	}
	if name, _ := h.p.heard.Fatal(records.FromServer); name != "handshake_failure" || len(h.came) != 7 || len(h.sent) != 0 {
		t.Errorf("alert %q, %d B came, %d B were sent", name, len(h.came), len(h.sent))
	}
}
