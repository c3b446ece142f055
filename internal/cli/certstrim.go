package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tlslab/bench/live"
	"tlslab/bench/results"
	"tlslab/bench/study/roots"
	"tlslab/certs"
	"tlslab/internal/quantity"
	"tlslab/internal/status"
)

func newCertsTrim(s *settings) *cobra.Command {
	var sel selection
	var server, bundle, out, hostname, at string
	var force bool
	cmd := &cobra.Command{
		Use:   "trim [PROFILE] --server HOST:PORT -o root.pem",
		Short: "Find the one root that a server needs and print what it saves",
		Long: "Asks a server for its certificates, finds the one root of a bundle that leads to\n" +
			"them and writes it in PEM. Then has a profile's client parse both and prints\n" +
			"what it saves with that root alone. Without --bundle it takes the roots of this\n" +
			"system. The default profile is certs, whose first scenario has what today's\n" +
			"roots need.\n\n" +
			"Exit status 1 if the server cannot be reached, speaks no TLS or leads to no\n" +
			"root, or if the configuration cannot parse the root that it needs.",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			host, _, err := net.SplitHostPort(server)
			if err != nil {
				return fmt.Errorf("--server %q: want HOST:PORT", server)
			}
			if hostname == "" {
				hostname = host
			}
			now, err := timeOr(time.Now(), "time", at)
			if err != nil {
				return err
			}
			if _, err := os.Lstat(out); err == nil && !force {
				return fmt.Errorf("%s: is there already; --force replaces it", out)
			}
			ca, err := s.loadCA(bundle)
			if err != nil {
				return err
			}
			shown, err := shownBy(ctx, server, hostname)
			if err != nil {
				return err
			}
			path, err := certs.FindPath(shown, ca.DER, hostname, now)
			if err != nil {
				return status.Badf("%s: no root of %s: %w", server, bundle, err)
			}
			r, err := s.openRoots(ctx, profileOr(args), &sel)
			if err != nil {
				return err
			}
			defer r.lab.close()
			return s.trim(ctx, r, ca, path, trimmed{server, bundle, out, len(shown), force})
		},
	}
	sel.flags(cmd, rootsExtent)
	cmd.Flags().StringVar(&server, "server", "", "HOST:PORT of the server")
	cmd.Flags().StringVar(&bundle, "bundle", systemBundle, "PEM file of the roots to choose from")
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write the root to, PEM")
	cmd.Flags().BoolVar(&force, "force", false, "replace the file that is there")
	cmd.Flags().StringVar(&hostname, "hostname", "", "name the certificate must have (default: HOST)")
	cmd.Flags().StringVar(&at, "time", "", "when the certificates must be valid, RFC 3339 (default: now)")
	if err := errors.Join(cmd.MarkFlagRequired("server"), cmd.MarkFlagRequired("output"), cmd.MarkFlagFilename("bundle", "pem", "crt")); err != nil {
		panic(err) // the flags are defined above
	}
	return cmd
}

// shownBy asks a server for its certificates: leaf first, unverified. Whatever
// the handshake comes to afterwards (it may want a certificate of us), they are
// what was asked for.
func shownBy(ctx context.Context, server, hostname string) (shown [][]byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, live.DialTimeout)
	defer cancel()
	config := &tls.Config{ServerName: hostname, MinVersion: tls.VersionTLS10, InsecureSkipVerify: true,
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			shown = raw
			return nil
		}}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		config.CipherSuites = append(config.CipherSuites, suite.ID)
	}
	socket, err := new(net.Dialer).DialContext(ctx, "tcp", server)
	if err != nil {
		return nil, status.Badf("%s: %w", server, err)
	}
	defer socket.Close()
	err = tls.Client(socket, config).HandshakeContext(ctx)
	var record tls.RecordHeaderError
	switch {
	case len(shown) > 0:
		return shown, nil
	case errors.As(err, &record):
		return nil, status.Badf("%s: does not speak TLS: %w", server, err)
	case errors.Is(err, context.DeadlineExceeded):
		return nil, status.Badf("%s: does not speak TLS: nothing came within %s", server, live.DialTimeout)
	case err != nil:
		return nil, status.Badf("%s: shows no certificate: %w", server, err)
	}
	return nil, status.Badf("%s: shows no certificate", server)
}

// trimmed is what a root is found for and where it goes.
type trimmed struct {
	server, bundle, out string
	shown               int
	force               bool
}

// trim prices the bundle and its one root, writes the root and prints.
func (s *settings) trim(ctx context.Context, r *rootsLab, ca *certs.UserCA, path *certs.Path, t trimmed) error {
	der := ca.DER[path.Root]
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	var prices [3]*roots.Price
	for i, trusted := range []roots.Roots{{Data: ca.PEM}, {Data: certs.EncodePEM(der)}, {Data: der, IsDER: true}} {
		if prices[i], err = r.price(ctx, trusted, true); err != nil {
			return err
		}
	}
	if err := writeRoot(t.out, certs.EncodePEM(der), t.force); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "%s shows %d certificates; of the %d of %s it needs number %d:\n", t.server, t.shown, len(ca.DER), filepath.Base(t.bundle), path.Root+1)
	for i := len(path.Chain) - 1; i >= 0; i-- {
		fmt.Fprintf(s.stdout, "  %s\n", path.Chain[i])
	}
	for _, i := range path.OtherRoots {
		if other, err := x509.ParseCertificate(ca.DER[i]); err == nil {
			fmt.Fprintf(s.stdout, "number %d, %s, would do as well, by a longer way or a larger certificate\n", i+1, certs.Subject(other))
		}
	}
	fmt.Fprintln(s.stdout)
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "roots\tflash-B\tparse-wasm-ops\theap-B\theap-peak-B\tROM-B\t")
	line := func(label string, v ...int64) {
		fmt.Fprint(w, label)
		for _, n := range v {
			fmt.Fprint(w, "\t"+quantity.Count(n))
		}
		fmt.Fprintln(w, "\t")
	}
	figures := func(p *roots.Price) []int64 {
		return []int64{p.FlashB, p.ParseOps, p.HeapB, p.HeapPeakB, p.ROM}
	}
	saved := figures(prices[0])
	for i, n := range figures(prices[1]) {
		saved[i] -= n
	}
	line(fmt.Sprintf("all %d", len(ca.DER)), figures(prices[0])...)
	line("this one", figures(prices[1])...)
	line("saved", saved...)
	line("as DER", figures(prices[2])...)
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "%s, %s of %s\n", r.job.Variant.Name, r.job.Scenario.Name, r.plan.Profile.Name)
	s.say("wrote " + t.out)
	if why := prices[1].Refused; why != "" {
		return status.Badf("%s: %s can't parse it: %s%s (%s, signed %s)", t.out, r.job.Variant.Name, why, r.hint(why), certs.KeyKind(root), certs.Signature(root))
	}
	return nil
}

// writeRoot puts a root under a name, whole or not at all; where there is
// something already, only when forced.
func writeRoot(name string, text []byte, force bool) error {
	if force {
		return results.WriteWhole(name, text)
	}
	dir, err := os.MkdirTemp(filepath.Dir(name), ".tlslab-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	whole := filepath.Join(dir, "root.pem")
	if err := results.WriteWhole(whole, text); err != nil {
		return err
	}
	return os.Link(whole, name) // which fails where there is one by now
}
