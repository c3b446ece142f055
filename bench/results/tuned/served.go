package tuned

import "tlslab/bench/results"

// Served is the real server that all that was kept connects to. What the two
// conversations took is exact for each of them and not the same in the next: it
// decided nothing, but that Chosen is held to the budgets.
type Served struct {
	Server      string `json:"server"`                 // HOST:PORT
	Hostname    string `json:"hostname"`               // name its certificate must have
	RTC         string `json:"rtc"`                    // what the guest's calendar clock said, RFC 3339
	Roots       string `json:"roots-sha256,omitempty"` // of the certificates trusted, in PEM; "" without any
	Connections int    `json:"connections"`            // made in the whole search
	// checks that its certificates do not allow to be tried, and why
	Untried []string     `json:"untried,omitempty"`
	Start   results.Case `json:"start"`
	Chosen  results.Case `json:"chosen"`
}
