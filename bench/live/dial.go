package live

import (
	"context"
	"net"
	"time"

	"tlslab/internal/status"
	"tlslab/profiles"
)

// DialTimeout is how long a server may take to be there.
const DialTimeout = 10 * time.Second

// Dialer opens a scenario's connections to a server; one that can't be reached
// is a finding.
func Dialer(sc *profiles.Scenario, server string) func(context.Context) (net.Conn, error) {
	network := "tcp"
	if sc.Datagram() {
		network = "udp"
	}
	return func(ctx context.Context) (net.Conn, error) {
		c, err := (&net.Dialer{Timeout: DialTimeout}).DialContext(ctx, network, server)
		if err != nil && ctx.Err() == nil {
			err = status.Badf("%s: %w", server, err)
		}
		return c, err
	}
}
