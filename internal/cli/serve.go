package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"tlslab/bench/lab"
	"tlslab/bench/live"
	"tlslab/bench/results"
	"tlslab/certs"
	"tlslab/emu/peer"
	"tlslab/internal/metric"
	"tlslab/internal/status"
)

func newServe(s *settings) *cobra.Command {
	var sel selection
	var listen, rtc, root string
	var count, atOnce int
	var files captureFiles
	var patience patienceFlags
	cmd := &cobra.Command{
		Use:   "serve PROFILE --listen HOST:PORT",
		Short: "Run a profile's guest as a server for real clients",
		Long: "Runs a profile's capped guest as a server, TLS over TCP or DTLS over UDP as the\n" +
			"scenario (one with endpoint = \"server\") says. Prints where it listens, waits for\n" +
			"real clients, and prints the guest's phases, ticks and heap, what each end\n" +
			"offered and what was agreed. It answers one HTTP request; if the scenario\n" +
			"resumes a session, that of the second connection.\n\n" +
			"Each client has a guest of its own. One that stalls is cut off after\n" +
			"--handshake-limit. Once --count conversations are over, those still under way\n" +
			"are cut off. The certificates are those of the test PKI; --root writes what a\n" +
			"client has to trust. Port 0 is any free port.\n\n" +
			"Exit status 1 if a handshake fails.\n\n" +
			"The guest's random numbers are seeded and its keys are public: anyone can read\n" +
			"along. Send nothing secret through it, and listen on the loopback interface.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if _, _, err := net.SplitHostPort(listen); err != nil {
				return fmt.Errorf("--listen %q: want HOST:PORT", listen)
			}
			if count < 1 || atOnce < 1 {
				return fmt.Errorf("--count %d, --at-once %d: want 1 or more", count, atOnce)
			}
			if count > 1 && files != (captureFiles{}) {
				return fmt.Errorf("--count %d: --pcap and --keylog hold one conversation: want 1", count)
			}
			if err := cmp.Or(files.check(), patience.check()); err != nil {
				return err
			}
			plan, err := s.plan(ctx, args[0], &sel)
			if err != nil {
				return err
			}
			job, err := chooseEnd(plan, &sel, true)
			if err != nil {
				return err
			}
			r := &reception{say: s.stdout, files: files, count: count, atOnce: atOnce, patience: live.Patience(patience),
				resumes: job.Scenario.Resume != "", datagram: job.Scenario.Datagram()}
			if r.rtc, err = timeOr(time.Now().UTC(), "rtc", rtc); err != nil {
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
			l, err := s.openLab(ctx, sel.coreOf(plan.Profile))
			if err != nil {
				return err
			}
			defer l.close()
			if r.guest, err = live.OpenServer(ctx, l.Bench, plan, job, files.live(s) != nil); err != nil {
				return err
			}
			defer r.guest.Close(context.WithoutCancel(ctx))
			if c := r.guest.Refused(); c != nil {
				printCase(s, c)
				return status.Badf("%s", c.Ended())
			}
			fmt.Fprintf(s.stdout, "listening on %s\n", door.addr)
			if public(door.addr) {
				s.say("the keys are public and the random numbers are seeded: whoever reaches " + door.addr.String() + " can read along")
			}
			return r.receive(ctx, s, door)
		},
	}
	sel.flags(cmd, extent{config: last, scenario: `its first with endpoint = "server"`, machine: metric.WASM, machines: allMachines})
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "HOST:PORT to listen on")
	files.flags(cmd)
	patience.flags(cmd, "client")
	cmd.Flags().IntVar(&count, "count", 1, "conversations to have, then it ends")
	cmd.Flags().IntVar(&atOnce, "at-once", 8, "most clients that are served at the same time; others wait")
	cmd.Flags().StringVar(&root, "root", "", "file to write the root to that a client has to trust, PEM")
	cmd.Flags().StringVar(&rtc, "rtc", "", "what the guest's calendar clock says, RFC 3339 (default: now)")
	return cmd
}

// chooseEnd finds the job of a configuration and a scenario in which the device is
// a server, or is a client; scenario "" is the plan's first such.
func chooseEnd(plan *lab.Plan, sel *selection, serves bool) (*lab.Job, error) {
	scenario, err := onlyOne("scenario", sel.scenarios)
	if err != nil {
		return nil, err
	}
	is := map[bool]string{false: "the device is its client: `tlslab connect` runs it", true: "the device is its server: `tlslab serve` runs it"}
	for i := range plan.Jobs {
		if sc := plan.Jobs[i].Scenario; scenario == "" && sc.Serves() == serves {
			scenario = sc.Name
		}
	}
	if scenario == "" {
		scenario = plan.Scenarios()[0]
	}
	config, err := onlyOne("config", sel.configs)
	if err != nil {
		return nil, err
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

// public says that others than this machine may reach an address.
func public(addr net.Addr) bool {
	host, _, err := net.SplitHostPort(addr.String())
	ip := net.ParseIP(host)
	return err != nil || ip == nil || !ip.IsLoopback()
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
		l := peer.ListenUDP(conn)
		return &door{l.Addr(), l.Accept, l.Close}, nil
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
