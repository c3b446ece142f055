package sequence

import (
	"fmt"
	"io"
	"strings"

	"tlslab/internal/quantity"
)

// arrowWidth is how wide the space between the two ends is, in characters; a
// longer name makes a longer line.
const arrowWidth = 44

// Text prints a conversation as a sequence diagram: who sends what, when, how
// long it is, and what the guest did and held at each step.
func (f *File) Text(w io.Writer) error {
	fmt.Fprintf(w, "%s, %s on %s (%s), %s\n", f.Config, f.Scenario, f.Board, f.Machine, f.Core)
	fmt.Fprintf(w, "%s, %s; wire: %s\n", f.Protocol, f.Suite, f.Wire)
	f.ended(w)
	est := f.estimated()
	head := fmt.Sprintf("%6s %11s  %-*s %7s  %-25s %13s", "flight", "time-us", arrowWidth, pair("client", "server"), "wire-B", "the "+f.Guest+"'s step", f.Ops)
	if est {
		head += fmt.Sprintf(" %10s", "est-us")
	}
	fmt.Fprintf(w, "\n%s %11s %11s\n", head, "heap-live-B", "heap-peak-B")
	flight := 0
	for _, r := range f.Rows {
		if r.Log != nil {
			fmt.Fprintf(w, "%6s %11s    %d %s\n", "", quantity.Count(r.US), r.Log.Level, r.Log.Text)
			continue
		}
		line := fmt.Sprintf("%6s %11s  %-*s %7s", "", quantity.Count(r.US), arrowWidth, "", "")
		if m := r.Message; m != nil {
			number := ""
			if m.Flight != flight && m.Flight > 0 {
				number = fmt.Sprint(m.Flight)
				flight = m.Flight
			}
			line = fmt.Sprintf("%6s %11s  %s %7s", number, quantity.Count(r.US), m.arrow(), quantity.Count(int64(m.Bytes)))
		}
		if s := r.Step; s != nil {
			line += fmt.Sprintf("  %-25s %13s", s.Phase, quantity.Count(s.Ops))
			if est {
				line += fmt.Sprintf(" %10s", quantity.Count(s.EstUS))
			}
			line += fmt.Sprintf(" %11s %11s", quantity.Count(s.HeapLiveB), quantity.Count(s.HeapPeakB))
		}
		if r.Message != nil && r.Message.Note != "" {
			line += "  (" + r.Message.Note + ")"
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
	for _, n := range f.Notes {
		fmt.Fprintln(w, n)
	}
	_, err := fmt.Fprintln(w)
	return err
}

// ended prints how it ended, and in how many messages and bytes.
func (f *File) ended(w io.Writer) {
	var count, bytes [2]int
	for _, r := range f.Rows {
		if m := r.Message; m != nil {
			i := 0
			if m.From == Server {
				i = 1
			}
			count[i]++
			bytes[i] += m.Bytes
		}
	}
	outcome := f.Outcome
	if f.Detail != "" {
		outcome += ": " + f.Detail
	}
	fmt.Fprintf(w, "%s\n%d messages, %s from the client, %d messages, %s from the server\n", outcome,
		count[0], quantity.Bytes(bytes[0]), count[1], quantity.Bytes(bytes[1]))
}

// estimated says that some step has an estimate of its time.
func (f *File) estimated() bool {
	for _, r := range f.Rows {
		if r.Step != nil && r.Step.EstUS > 0 {
			return true
		}
	}
	return false
}

// Label is the message with what is known of it: "Alert (fatal, unknown_ca)".
func (m *Message) Label() string {
	if m.Detail == "" {
		return m.Name
	}
	return m.Name + " (" + m.Detail + ")"
}

// arrow is the message on its way, from the left or from the right. One that
// gets lost does not arrive.
func (m *Message) arrow() string {
	label := m.Label()
	line := strings.Repeat("-", max(3, arrowWidth-len(label)-2))
	if m.From == Client {
		end := ">"
		if m.Lost {
			line, end = line[:len(line)/2]+"x"+strings.Repeat(" ", len(line)-len(line)/2-1), " "
		}
		return label + " " + line + end
	}
	end := "<"
	if m.Lost {
		line, end = strings.Repeat(" ", len(line)/2)+"x"+line[len(line)/2+1:], " "
	}
	return end + line + " " + label
}

// pair is the two ends' names at the two ends.
func pair(a, b string) string {
	return a + strings.Repeat(" ", arrowWidth-len(a)-len(b)) + b
}
