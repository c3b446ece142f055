package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"tlslab/bench/live"
	"tlslab/bench/results"
	"tlslab/emu/capture"
	"tlslab/emu/records"
	"tlslab/internal/status"
)

// pendingMost bounds the clients that wait for a guest; others are turned away.
const pendingMost = 64

// reception gives each client that comes a guest, several at once.
type reception struct {
	guest    *live.Live
	say      io.Writer
	files    captureFiles
	count    int // conversations to have
	atOnce   int // most at the same time
	patience live.Patience
	rtc      time.Time
	resumes  bool // each client comes twice
	datagram bool

	told chan told // what happens, for the one who prints

	mu      sync.Mutex
	running int
	pending []net.Conn // not served yet
	firsts  []*visit   // their clients are to come again
}

// told is a line to print, or a conversation that is over.
type told struct {
	line  string
	visit *visit
	ended *results.Case
	err   error
}

// visit is one conversation.
type visit struct {
	r       *reception
	client  string
	from    string        // the host it came from first
	gone    bool          // it has, and is waited for; under the reception's mu
	first   net.Conn      // until the guest has taken it
	again   chan net.Conn // where it comes again
	capture *capture.Capture
	heard   *records.Conversation
}

// receive serves clients until count conversations are over. Those that are under
// way then are cut off.
func (r *reception) receive(ctx context.Context, s *settings, door *door) error {
	serving, cancel := context.WithCancel(ctx)
	var clients sync.WaitGroup
	r.told = make(chan told)
	refused := make(chan error, 1)
	clients.Add(1)
	go func() {
		defer clients.Done()
		refused <- r.comers(serving, &clients, door)
	}()
	drained := make(chan struct{})
	defer func() {
		cancel()
		go func() {
			clients.Wait()
			close(drained)
		}()
		for {
			select {
			case t := <-r.told:
				if t.visit != nil {
					fmt.Fprintf(r.say, "client %s was cut off: %d conversations are over\n", t.visit.client, r.count)
				}
			case <-drained:
				return
			}
		}
	}()
	var bad []error
	for done := 0; done < r.count; {
		select {
		case <-ctx.Done():
			return fmt.Errorf("interrupted while waiting for a client: %w", ctx.Err())
		case err := <-refused:
			return err
		case t := <-r.told:
			switch {
			case t.visit == nil:
				fmt.Fprintln(r.say, t.line)
			case t.err != nil:
				return t.err
			default:
				done++
				if err := r.over(s, t); err != nil {
					return err
				}
				if t.ended.Outcome != results.OutcomeConnected {
					bad = append(bad, fmt.Errorf("client %s: %s", t.visit.client, t.ended.Ended()))
				}
			}
		}
	}
	if len(bad) > 0 {
		return status.Badf("%w", errors.Join(bad...))
	}
	return nil
}

// over prints and writes a conversation that is.
func (r *reception) over(s *settings, t told) error {
	if err := r.files.write(s, t.visit.capture); err != nil {
		return err
	}
	fmt.Fprintf(r.say, "\nclient %s\n", t.visit.client)
	printCase(s, t.ended)
	printAgreement(r.say, t.visit.heard)
	return nil
}

// comers lets clients in until the door is closed.
func (r *reception) comers(ctx context.Context, clients *sync.WaitGroup, door *door) error {
	for {
		c, err := door.accept(ctx)
		if err != nil {
			return err
		}
		if !r.resumes {
			r.comes(ctx, clients, c, false)
			continue
		}
		clients.Add(1)
		go func() { // a client that stalls is waited for here
			defer clients.Done()
			stop := context.AfterFunc(ctx, func() { c.Close() })
			whole, session := peek(c, r.datagram, r.patience.Handshake)
			stop()
			r.comes(ctx, clients, whole, session)
		}()
	}
}

// hostOf is where a client is, whatever its port.
func hostOf(client string) string {
	h, _, err := net.SplitHostPort(client)
	if err != nil {
		return client
	}
	return h
}

// comes gives a client to the guest that it returns to, to a new one, or has
// it wait. session says that it brings one along.
func (r *reception) comes(ctx context.Context, clients *sync.WaitGroup, c net.Conn, session bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil {
		c.Close()
		return
	}
	at := hostOf(c.RemoteAddr().String())
	if i := slices.IndexFunc(r.firsts, func(v *visit) bool { return v.from == at && (session || v.gone) }); i >= 0 {
		r.firsts[i].again <- c // it has room for one
		r.firsts = slices.Delete(r.firsts, i, i+1)
		return
	}
	switch {
	case r.running < r.atOnce:
		r.begin(ctx, clients, c)
	case len(r.pending) < pendingMost:
		r.pending = append(r.pending, c)
	default:
		c.Close()
	}
}

// begin starts a conversation; mu is held.
func (r *reception) begin(ctx context.Context, clients *sync.WaitGroup, c net.Conn) {
	r.running++
	v := &visit{r: r, client: c.RemoteAddr().String(), from: hostOf(c.RemoteAddr().String()), first: c, again: make(chan net.Conn, 1), heard: new(records.Conversation)}
	if r.files != (captureFiles{}) {
		v.capture = new(capture.Capture)
	}
	if r.resumes {
		r.firsts = append(r.firsts, v)
	}
	clients.Add(1)
	go func() {
		defer clients.Done()
		got, err := r.guest.Serve(ctx, live.Listening{Accept: v.accept, Patience: r.patience, RTC: r.rtc, Capture: v.capture, Heard: v.heard})
		r.told <- told{visit: v, ended: got, err: err}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.running--
		r.firsts = slices.DeleteFunc(r.firsts, func(w *visit) bool { return w == v })
		select {
		case late := <-v.again:
			late.Close()
		default:
		}
		if ctx.Err() != nil {
			for _, p := range r.pending {
				p.Close()
			}
			r.pending = nil
		} else if len(r.pending) > 0 {
			next := r.pending[0]
			r.pending = r.pending[1:]
			r.begin(ctx, clients, next)
		}
	}()
}

// accept is the client's connection, and the next one where it has gone.
func (v *visit) accept(ctx context.Context) (net.Conn, error) {
	if c := v.first; c != nil {
		v.first = nil
		return c, nil
	}
	v.r.told <- told{line: fmt.Sprintf("client %s has gone: waiting for it to come again", v.client)}
	v.r.mu.Lock()
	v.gone = true
	v.r.mu.Unlock()
	select {
	case c := <-v.again:
		v.client = c.RemoteAddr().String()
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
