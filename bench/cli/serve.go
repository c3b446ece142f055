package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"tlslab/bench"
	"tlslab/bench/results"
	"tlslab/certs"
	"tlslab/emu/peer"
)

func newServe(s *settings) *cobra.Command {
	var listen, machine, config, scenario, coreName, rtc, root string
	var count int
	wait := waitLimit
	var files captureFiles
	cmd := &cobra.Command{
		Use:   "serve PROFILE --listen HOST:PORT",
		Short: "Run a profile's guest as a server for real clients",
		Long: "Runs a profile's capped guest as a server, TLS over TCP or DTLS over UDP as the\n" +
			"scenario says (one with endpoint = \"server\"), says where it listens, waits for a\n" +
			"real client, and prints the guest's phases, ticks and heap. It answers an HTTP\n" +
			"request: the second connection's, where the scenario has it take up the first. The\n" +
			"certificates are the test PKI's; --root writes what a client has to trust. Port 0 is\n" +
			"any that is free.\n" +
			"Exit status 1 when a handshake fails.\n\n" +
			"The guest's random numbers are seeded and its keys are public: anyone can read\n" +
			"along. Send nothing secret through it, and listen on the loopback interface.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if _, _, err := net.SplitHostPort(listen); err != nil {
				return fmt.Errorf("--listen %q: want HOST:PORT", listen)
			}
			if count < 1 {
				return fmt.Errorf("--count %d: want 1 or more", count)
			}
			if count > 1 && files != (captureFiles{}) {
				return fmt.Errorf("--count %d: --pcap and --keylog hold one conversation: want 1", count)
			}
			if wait <= 0 {
				return fmt.Errorf("--wait %v: want more than 0", wait)
			}
			if err := cmp.Or(oneMachine(machine), files.check()); err != nil {
				return err
			}
			plan, err := s.plan(ctx, args[0], coreName, machine)
			if err != nil {
				return err
			}
			job, err := chooseEnd(plan, config, scenario, true)
			if err != nil {
				return err
			}
			at := bench.Listening{Limit: wait, Capture: files.live(s)}
			if at.RTC, err = timeOr(time.Now().UTC(), "rtc", rtc); err != nil {
				return err
			}
			if root != "" {
				if err := writeTrusted(root, job.Scenario.Chain); err != nil {
					return err
				}
			}
			door, err := openDoor(listen, job.Scenario.Datagram())
			if err != nil {
				return err
			}
			defer door.close()
			l, err := s.openLab(ctx, cmp.Or(coreName, plan.Profile.Core))
			if err != nil {
				return err
			}
			defer l.close()
			var client string
			comes := 0 // how often the client of this conversation has come
			at.Accept = func(ctx context.Context) (net.Conn, error) {
				if client == "" {
					fmt.Fprintf(s.stdout, "listening on %s\n", door.addr)
				}
				if comes++; comes > 1 {
					fmt.Fprintf(s.stdout, "client %s has gone: waiting for it to come again\n", client)
				}
				c, err := door.accept(ctx)
				switch {
				case ctx.Err() != nil:
					return nil, fmt.Errorf("interrupted while waiting for a client: %w", ctx.Err())
				case err != nil:
					return nil, err
				}
				client = c.RemoteAddr().String()
				return c, nil
			}
			var bad []error
			for range count {
				comes = 0
				got, err := l.Serve(ctx, plan, job, at)
				if err != nil {
					return err
				}
				if err := files.write(s, at.Capture); err != nil {
					return err
				}
				fmt.Fprintf(s.stdout, "\nclient %s\n", client)
				printCase(s, got)
				if got.Outcome != results.OutcomeConnected {
					bad = append(bad, fmt.Errorf("client %s: %s", client, ended(got)))
				}
			}
			if len(bad) > 0 {
				return badf("%w", errors.Join(bad...))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "HOST:PORT to listen on")
	files.flags(cmd)
	cmd.Flags().IntVar(&count, "count", 1, "conversations, one after the other, then it ends")
	cmd.Flags().DurationVar(&wait, "wait", wait, "longest wait for a message of a client that is there")
	cmd.Flags().StringVar(&root, "root", "", "file to write the root to that a client has to trust, PEM")
	cmd.Flags().StringVar(&config, "config", "", "configuration of the profile (default: its last)")
	cmd.Flags().StringVar(&scenario, "scenario", "", "scenario to serve (default: the profile's first with endpoint = \"server\")")
	cmd.Flags().StringVar(&rtc, "rtc", "", "what the guest's calendar clock says, RFC 3339 (default: now)")
	cmd.Flags().StringVar(&machine, "machine", "wasm", "machine to run the guest on: wasm or qemu")
	cmd.Flags().StringVar(&coreName, "core", "", "TLS library: "+peerCore+", dir:PATH or tar:PATH (default: the profile's)")
	return cmd
}

// chooseEnd finds the job of a configuration and a scenario in which the device is
// a server, or is a client; scenario "" is the plan's first such.
func chooseEnd(plan *bench.Plan, config, scenario string, serves bool) (*bench.Job, error) {
	is := map[bool]string{false: "the device is its client: `tlslab connect` runs it", true: "the device is its server: `tlslab serve` runs it"}
	for i := range plan.Jobs {
		if sc := plan.Jobs[i].Scenario; scenario == "" && sc.Serves() == serves {
			scenario = sc.Name
		}
	}
	if scenario == "" {
		scenario = plan.Scenarios()[0]
	}
	job, err := choose(plan, config, scenario)
	if err == nil && job.Scenario.Serves() != serves {
		err = fmt.Errorf("scenario %s: %s", scenario, is[!serves])
	}
	return job, err
}

// writeTrusted writes the root of a chain to a file.
func writeTrusted(path, chain string) error {
	if chain == "" {
		return errors.New("--root: the scenario has no certificates")
	}
	c, err := certs.Load(chain, "")
	if err != nil {
		return err
	}
	return results.WriteWhole(path, c.RootPEM)
}

// door is where clients come in.
type door struct {
	addr   net.Addr
	accept func(context.Context) (net.Conn, error)
	close  func() error
}

// openDoor listens for clients over a stream or over datagrams.
func openDoor(listen string, datagram bool) (*door, error) {
	if datagram {
		conn, err := net.ListenPacket("udp", listen)
		if err != nil {
			return nil, err
		}
		return &door{conn.LocalAddr(), func(ctx context.Context) (net.Conn, error) { return peer.AcceptUDP(ctx, conn) }, conn.Close}, nil
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, err
	}
	accept := func(ctx context.Context) (net.Conn, error) {
		stop := context.AfterFunc(ctx, func() { l.Close() })
		defer stop()
		return l.Accept()
	}
	return &door{l.Addr(), accept, l.Close}, nil
}
