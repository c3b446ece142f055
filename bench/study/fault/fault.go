// Package fault is campaigns of faults: which faults a conversation can meet,
// how each run with one ended, and the file of them all. It runs nothing: the
// lab does and hands in what it saw.
package fault

import (
	"fmt"
	"strconv"
	"strings"
)

// Kinds of fault, in the order of a campaign.
const (
	Alloc   = "alloc"   // one allocation of the device returns NULL
	Entropy = "entropy" // one call of its entropy source fails
	Cut     = "cut"     // the line ends after so many bytes of one end
	Flip    = "flip"    // one bit of what one end sends arrives as the other
	Split   = "split"   // what one end sends is parted in front of a byte
	RTC     = "rtc"     // the calendar clock is stepped when it is read
	Clock   = "clock"   // the monotonic clock is stepped when it is read
)

// Kinds are all kinds.
var Kinds = []string{Alloc, Entropy, Cut, Flip, Split, RTC, Clock}

// Ends of a conversation.
const (
	Client = "client"
	Server = "server"
)

// All as Fault.At of a split: in front of every byte.
const All = -1

// Fault is one fault. Its name (String) says all of it.
type Fault struct {
	Kind string
	From string // cut, flip, split: the end that sends; else ""
	At   int64  // which call, from 1 on; which byte of all that the end sends, from 0 on; or All
	Bit  int    // flip: 0 to 7
	Step int64  // rtc: seconds; clock: milliseconds
}

// String is the fault's name: "alloc:17", "flip:server:40:7", "rtc:2:-86400".
func (f Fault) String() string {
	switch {
	case f.Kind == Flip:
		return fmt.Sprintf("%s:%s:%d:%d", f.Kind, f.From, f.At, f.Bit)
	case f.Kind == Split && f.At == All:
		return fmt.Sprintf("%s:%s:all", f.Kind, f.From)
	case f.From != "":
		return fmt.Sprintf("%s:%s:%d", f.Kind, f.From, f.At)
	case f.Kind == RTC || f.Kind == Clock:
		return fmt.Sprintf("%s:%d:%+d", f.Kind, f.At, f.Step)
	default:
		return fmt.Sprintf("%s:%d", f.Kind, f.At)
	}
}

// mostStep bounds a clock's step: a thousand years in seconds, three weeks and
// more in milliseconds.
const mostStep = 1000 * 366 * 86400

// forms say how each kind is written, for people.
var forms = map[string]string{
	Alloc: "alloc:N", Entropy: "entropy:N", Cut: "cut:client|server:BYTE", Flip: "flip:client|server:BYTE:BIT",
	Split: "split:client|server:BYTE or split:client|server:all", RTC: "rtc:N:SECONDS", Clock: "clock:N:MILLISECONDS",
}

// Parse reads a fault's name.
func Parse(name string) (Fault, error) {
	parts := strings.Split(name, ":")
	form, ok := forms[parts[0]]
	if !ok {
		return Fault{}, fmt.Errorf("fault %q: kind %q: allowed: %s", name, parts[0], strings.Join(Kinds, ", "))
	}
	f, ok := Fault{Kind: parts[0]}, true
	rest := parts[1:]
	number := func(least, most int64) (n int64) {
		if len(rest) == 0 {
			ok = false
			return 0
		}
		var err error
		if n, err = strconv.ParseInt(rest[0], 10, 64); err != nil || n < least || n > most {
			ok = false
		}
		rest = rest[1:]
		return n
	}
	const most = 1 << 40
	switch f.Kind {
	case Cut, Flip, Split:
		if len(rest) == 0 || rest[0] != Client && rest[0] != Server {
			ok = false
			break
		}
		f.From, rest = rest[0], rest[1:]
		if f.Kind == Split && len(rest) == 1 && rest[0] == "all" {
			f.At, rest = All, nil
			break
		}
		f.At = number(0, most)
		if f.Kind == Flip {
			f.Bit = int(number(0, 7))
		}
	default:
		f.At = number(1, most)
		switch f.Kind {
		case RTC:
			f.Step = number(-mostStep, mostStep)
		case Clock:
			f.Step = number(0, mostStep) // it never goes back (port.h)
		}
	}
	if !ok || len(rest) > 0 || f.String() != name {
		return Fault{}, fmt.Errorf("fault %q: want %s", name, form)
	}
	return f, nil
}
