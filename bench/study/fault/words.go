package fault

import (
	"fmt"

	"tlslab/internal/quantity"
)

var partNames = map[Part]string{
	Outside: "a byte of no record", ContentType: "the content type", Version: "the version", Sequence: "the sequence number",
	ConnectionID: "the connection ID", Length: "the length", Content: "the content",
}

// describe says which byte it was.
func describe(s Site) string {
	b := s.Byte
	text := fmt.Sprintf("%s of a record of type %d", partNames[b.Part], b.Type)
	switch {
	case b.Part == Outside:
		text = partNames[Outside]
	case b.Sealed:
		text += ", sealed"
	case b.Type == typeHandshake:
		text += fmt.Sprintf(", in the clear, message %d", b.Message)
	default:
		text += ", in the clear"
	}
	if s.Phase != "" {
		text += ", in " + string(s.Phase)
	}
	return text
}

// leaked says how much, and how the run ended.
func leaked(o Outcome) string {
	text := fmt.Sprintf("%s live after close", quantity.Bytes(o.LeakB))
	if o.Error != "" {
		text += "; " + o.Error + " in " + string(o.Phase)
	}
	return text
}
