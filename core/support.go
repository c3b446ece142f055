package core

import (
	"fmt"
	"strings"
)

// Support is what upstream says of one version of a library, as of a date. It
// changes no number. It is for people who pick a version by its numbers.
type Support struct {
	AsOf       string // when the data was read: "2026-08-20"
	Since      string // advisories before this date are not known here
	Until      string // last month in which the version's branch is maintained: "2027-03"
	Ended      string // month in which that ended; "superseded" for a version outside every maintained branch
	Advisories []Advisory
}

// Superseded is what Ended says of a version that the next release replaced.
const Superseded = "superseded"

// Advisory is a published report of a vulnerability that affects the version.
type Advisory struct {
	ID       string // upstream's name for it
	CVE      string // "" if it has none
	Title    string
	Severity string // "low", "medium" or "high"
}

// String is one line: "end of life since 2025-03; 27 advisories since 2023-10-05, 7 high (as of 2026-08-20)".
func (s *Support) String() string {
	var state string
	switch {
	case s.Ended == Superseded:
		state = "superseded, not maintained"
	case s.Ended != "":
		state = "end of life since " + s.Ended
	default:
		state = "maintained until " + s.Until
	}
	var worst []string
	for _, severity := range []string{"high", "medium"} {
		n := 0
		for _, a := range s.Advisories {
			if a.Severity == severity {
				n++
			}
		}
		if n > 0 {
			worst = append(worst, fmt.Sprintf("%d %s", n, severity))
		}
	}
	text := fmt.Sprintf("%s; %d advisories since %s", state, len(s.Advisories), s.Since)
	if len(worst) > 0 {
		text += ", " + strings.Join(worst, ", ")
	}
	return text + " (as of " + s.AsOf + ")"
}
