package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tlslab/bench/agreement"
	"tlslab/bench/live"
	"tlslab/emu/records"
)

// Bounds of a conversation with a real peer, where the user says nothing.
const (
	waitLimit      = 30 * time.Second
	handshakeLimit = 2 * time.Minute
	talkLimit      = 5 * time.Minute
)

// patienceFlags are how long a real peer may take.
type patienceFlags live.Patience

func (p *patienceFlags) flags(cmd *cobra.Command, peer string) {
	cmd.Flags().DurationVar(&p.Wait, "wait", waitLimit, "longest wait for a message of a "+peer+" that is there")
	cmd.Flags().DurationVar(&p.Handshake, "handshake-limit", handshakeLimit, "longest handshake: after it the lab ends the conversation")
	cmd.Flags().DurationVar(&p.Total, "limit", talkLimit, "longest conversation, handshake included: after it the lab ends it")
}

// check refuses a bound that nothing could keep.
func (p *patienceFlags) check() error {
	for _, f := range []struct {
		flag  string
		value time.Duration
	}{{"wait", p.Wait}, {"handshake-limit", p.Handshake}, {"limit", p.Total}} {
		if f.value <= 0 {
			return fmt.Errorf("--%s %v: want more than 0", f.flag, f.value)
		}
	}
	return nil
}

// printAgreement says what was agreed, and what each end offered.
func printAgreement(w io.Writer, heard *records.Conversation) {
	fmt.Fprintln(w)
	for _, line := range agreement.Lines(heard) {
		fmt.Fprintln(w, line)
	}
}
