package dtls

import (
	"strings"

	"tlslab/emu/records"
)

// message is a handshake message, or a part of one, as a datagram carries it.
type message struct {
	name   string
	seq    uint16 // message_seq; 0 where it is encrypted or none
	offset int    // where the fragment begins
}

// messages are the handshake messages of a datagram, those that change the
// cipher among them, in order.
func messages(p []byte) []message {
	var out []message
	for _, m := range records.Datagram(p) {
		switch m.Name {
		case records.Alert, records.ApplicationData, records.Encrypted, records.Garbage:
		default:
			out = append(out, message{strings.Trim(m.Name, "[]"), m.Seq, m.Offset})
		}
	}
	return out
}
