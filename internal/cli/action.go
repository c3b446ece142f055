package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/spf13/cobra"

	"tlslab/bench/action"
	"tlslab/bench/lab"
	"tlslab/bench/measure"
)

// workplace lets this process execute what other processes submit. It opens a lab for
// each core that they name.
type workplace struct {
	s    *settings
	mu   sync.Mutex
	labs map[lab.Core]*openedLab
}

// Lab implements lab.Place.
func (p *workplace) Lab(ctx context.Context, c lab.Core) (*lab.Lab, error) {
	b, err := p.Bench(ctx, c)
	if err != nil {
		return nil, err
	}
	return b.Lab, nil
}

// Bench implements measure.Place.
func (p *workplace) Bench(ctx context.Context, c lab.Core) (*measure.Bench, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.labs[c]; l != nil {
		return l.Bench, nil
	}
	l, err := p.s.openLab(ctx, c.Name)
	if err != nil {
		return nil, err
	}
	if err := c.Check(l.Source); err != nil {
		l.close()
		return nil, err
	}
	p.labs[c] = l
	return l.Bench, nil
}

func (p *workplace) close() {
	for _, l := range p.labs {
		l.close()
	}
}

// newAction is the verb for programs: an executor in another process calls it to
// execute one action.
func newAction(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:    "action",
		Hidden: true,
		Short:  "Execute one action, read as JSON from standard input, and write its output",
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := readRequest(cmd.InOrStdin(), action.MostBytes)
			if err != nil {
				return err
			}
			rev, err := revision()
			if err != nil {
				return err
			}
			store, err := s.cache()
			if err != nil {
				return err
			}
			defer store.Close()
			p := &workplace{s: s, labs: map[lab.Core]*openedLab{}}
			defer p.close()
			out, err := (&action.Local{Store: store}).Do(cmd.Context(), p, rev, r)
			if err != nil {
				return err
			}
			return json.NewEncoder(s.stdout).Encode(out)
		},
	}
}

// readRequest reads a request of at most the given number of bytes.
func readRequest(from io.Reader, most int64) (*action.Request, error) {
	limited := &io.LimitedReader{R: from, N: most + 1}
	d := json.NewDecoder(limited)
	d.DisallowUnknownFields()
	r := new(action.Request)
	err := d.Decode(r)
	if err == nil {
		if _, behind := d.Token(); behind != io.EOF {
			err = errors.New("has more after its end")
		}
	}
	if limited.N == 0 {
		err = fmt.Errorf("has more than %d bytes", most)
	}
	if err != nil {
		return nil, fmt.Errorf("standard input: no request: %w", err)
	}
	return r, nil
}
