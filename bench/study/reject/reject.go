// Package reject is what a configuration did with things it must refuse: a
// verdict a try, and for what it accepted the option that is to blame. It holds
// and prints; who ran what is the lab's business.
package reject

import (
	"fmt"
	"path/filepath"
	"slices"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// Verdicts: words that scripts may rely on.
const (
	Refused       = "refused"        // by the client, for the try's own fault
	Caught        = "caught"         // the client went along; the server found out by Finished
	Accepted      = "accepted"       // connected, and the answer read
	Otherwise     = "otherwise"      // failed, but not because of the try's fault
	NoEffect      = "no-effect"      // dropped, as datagrams may be; connected, and the answer read once and whole
	NotApplicable = "not-applicable" // the conversation has nothing that the try changes
)

// Verdict is what came of one try.
type Verdict struct {
	Try     profiles.Check `json:"try"`
	Verdict string         `json:"verdict"`
	Outcome string         `json:"outcome"`         // as a results file has it
	Phase   metric.Phase   `json:"phase,omitempty"` // where the client ended
	Peer    string         `json:"peer,omitempty"`  // the server's error, where it caught the try
	Must    bool           `json:"must"`            // it has to be refused, or the server has to catch it
	Blame   []Blame        `json:"blame,omitempty"` // of an accepted one; none: no option decides it
	// Otherwise is what an application has to do if there is no blame; "" if that is not
	// known.
	Otherwise string `json:"otherwise,omitempty"`
}

// Blame is an option, or a call, with which a try is refused that is accepted
// without.
type Blame struct {
	Option  string   `json:"option,omitempty"` // without MBEDTLS_; "": a call decides it
	Value   string   `json:"value,omitempty"`  // with which it refuses: "on", "off", a number
	Call    string   `json:"call,omitempty"`   // what the application has to call
	Along   []string `json:"along,omitempty"`  // further changes that the core's rules demand
	Outcome string   `json:"outcome"`          // how it refuses then
}

// Bad says that a try had to be refused and was not.
func (v *Verdict) Bad() bool {
	return v.Must && (v.Verdict == Accepted || v.Verdict == Otherwise)
}

// Report is one configuration in one scenario.
type Report struct {
	Config   string    `json:"config"`
	Scenario string    `json:"scenario"`
	Core     string    `json:"core"`
	Skipped  string    `json:"skipped,omitempty"` // why there are no verdicts
	Verdicts []Verdict `json:"verdicts,omitempty"`
}

// Schema numbers reject.json's form.
const Schema = 1

// Name is the file's in a profile's results directory.
const Name = "reject.json"

// File is what `tlslab reject` writes.
type File struct {
	Schema  int      `json:"schema"`
	Profile string   `json:"profile"`
	Reports []Report `json:"reports"`
}

// Write writes dir/reject.json whole, or not at all.
func Write(dir string, f *File) error {
	return results.WriteAny(filepath.Join(dir, Name), f)
}

// optional has the tries that TLS does not require to be refused.
var optional = []profiles.Check{"server-legacy-renegotiation", "no-close-notify",
	"replayed-datagram"} // RFC 6347, 4.1.2.6: "optionally"

// Optional reports whether a try need not be refused.
func Optional(try profiles.Check) bool { return slices.Contains(optional, try) }

// Bad is the first verdict of a file that had to be another, in words; "" for none.
func (f *File) Bad() (first string, n int) {
	for _, r := range f.Reports {
		for _, v := range r.Verdicts {
			if v.Bad() {
				if n++; n == 1 {
					first = fmt.Sprintf("%s, %s: %s: %s", r.Config, r.Scenario, v.Try, v.Verdict)
				}
			}
		}
	}
	return first, n
}
