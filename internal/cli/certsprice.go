package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/bench/study/roots"
	"tlslab/certs"
	"tlslab/core"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
	"tlslab/internal/status"
)

// certsPrices is what `tlslab certs price` writes.
type certsPrices struct {
	Schema       int                `json:"schema"`
	Provenance   results.Provenance `json:"provenance"`
	Core         string             `json:"core"`
	Board        string             `json:"board"`
	Config       string             `json:"config"`
	Scenario     string             `json:"scenario"`
	ConfigDigest string             `json:"config-digest"`
	File         string             `json:"file"`        // its name alone
	FileDigest   string             `json:"file-digest"` // of its certificates, without what stands between them
	Format       string             `json:"format"`      // of each root alone; all together are PEM

	All   roots.Price `json:"all"`
	Roots []rootPrice `json:"roots"`
}

// rootPrice is one certificate of the file by itself.
type rootPrice struct {
	Number  int    `json:"number"`
	Subject string `json:"subject"`
	Key     string `json:"key"`
	Signed  string `json:"signed"`
	roots.Price
}

const certsPricesName = "certs.json"

func newCertsPrice(s *settings) *cobra.Command {
	var sel selection
	var file, format string
	cmd := &cobra.Command{
		Use:   "price [PROFILE]",
		Short: "Price a file of roots: all together and each alone",
		Long: "Compiles the certificates of a file into a profile's client in place of its root,\n" +
			"all together and each alone, has it parse them, and prints flash, ticks of\n" +
			"parsing and heap. Without --file it takes the roots of this system, the manual's\n" +
			"\"all default CA\". A root that the configuration cannot parse is listed with\n" +
			"the library's own error. The default profile is certs, whose first scenario has what\n" +
			"today's roots need. Writes OUT/PROFILE/" + certsPricesName + ".\n" +
			"Exit status 1 if there is a root that the configuration cannot parse.",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "pem" && format != "der" {
				return fmt.Errorf("--format %q: neither pem nor der", format)
			}
			ca, err := s.loadCA(file)
			if err != nil {
				return err
			}
			r, err := s.openRoots(cmd.Context(), profileOr(args), &sel)
			if err != nil {
				return err
			}
			defer r.lab.close()
			f, err := r.priceFile(cmd.Context(), s, ca, format)
			if err != nil {
				return err
			}
			f.File = filepath.Base(file)
			name := filepath.Join(s.outDir, f.Provenance.Profile, certsPricesName)
			if err := results.WriteAny(name, f); err != nil {
				return err
			}
			if err := printPrices(s.stdout, f, r); err != nil {
				return err
			}
			s.say("wrote " + name)
			return r.unparsed(f)
		},
	}
	sel.flags(cmd, rootsExtent)
	cmd.Flags().StringVar(&file, "file", systemBundle, "PEM file of the roots")
	cmd.Flags().StringVar(&format, "format", "pem", "how each root alone lies in flash: pem or der; all together are PEM")
	return cmd
}

// unparsed is an error where the client could not parse each root.
func (r *rootsLab) unparsed(f *certsPrices) error {
	for _, p := range f.Roots {
		if p.Refused != "" {
			return status.Badf("%s: %s can't parse certificate %d, %s: %s%s", f.File, f.Config, p.Number, p.Subject, p.Refused, r.hint(p.Refused))
		}
	}
	return nil
}

// profileOr is the profile that a verb's arguments name, or the one made for
// certificates.
func profileOr(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return "certs"
}

// rootsExtent is what roots are priced in.
var rootsExtent = extent{config: last, scenario: first, machine: metric.WASM, machines: []metric.Machine{metric.WASM}}

// rootsLab prices roots in one client.
type rootsLab struct {
	lab  *openedLab
	plan *lab.Plan
	job  *lab.Job
}

// openRoots finds the client that roots are priced in. The caller closes the lab.
func (s *settings) openRoots(ctx context.Context, profile string, sel *selection) (*rootsLab, error) {
	l, plan, job, err := s.openJob(ctx, profile, sel)
	if err != nil {
		return nil, err
	}
	if job.Scenario.Chain == "" {
		l.close()
		return nil, fmt.Errorf("scenario %s: has no certificates: choose another with --scenario", job.Scenario.Name)
	}
	return &rootsLab{l, plan, job}, nil
}

func (r *rootsLab) price(ctx context.Context, trusted roots.Roots, linked bool) (*roots.Price, error) {
	p, err := roots.PriceOf(ctx, r.lab.Lab, r.plan, r.job, trusted, linked)
	var build *core.BuildError
	if errors.As(err, &build) {
		return nil, status.Badf("%s, %s: does not build: %w", r.job.Variant.Name, r.job.Scenario.Name, err)
	}
	return p, err
}

// priceFile prices the certificates of a file, all and each.
func (r *rootsLab) priceFile(ctx context.Context, s *settings, ca *certs.UserCA, format string) (*certsPrices, error) {
	provenance, err := r.lab.Provenance(ctx, r.plan)
	if err != nil {
		return nil, err
	}
	f := &certsPrices{Schema: 1, Provenance: provenance, Format: format, Core: r.lab.Source.Core, Board: r.job.Board.Name, Config: r.job.Variant.Name,
		Scenario: r.job.Scenario.Name, ConfigDigest: core.SHA256(r.job.Header), FileDigest: core.SHA256(ca.PEM), Roots: make([]rootPrice, len(ca.DER))}
	all, err := r.price(ctx, roots.Roots{Data: ca.PEM}, true)
	if err != nil {
		return nil, err
	}
	f.All = *all
	bar := progress(s.stderr, len(ca.DER), "roots")
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(measure.Workers())
	for i := range ca.DER {
		g.Go(func() error {
			c, err := x509.ParseCertificate(ca.DER[i])
			if err != nil {
				return err
			}
			one := roots.Roots{Data: ca.DER[i], IsDER: true}
			if format == "pem" {
				one = roots.Roots{Data: certs.EncodePEM(ca.DER[i])}
			}
			p, err := r.price(ctx, one, false)
			if err != nil {
				return err
			}
			f.Roots[i] = rootPrice{i + 1, certs.Subject(c), certs.KeyKind(c), certs.Signature(c), *p}
			bar.Add(1)
			return nil
		})
	}
	err = g.Wait()
	bar.Finish()
	return f, err
}

// printPrices prints a line for each root, then the total.
func printPrices(w io.Writer, f *certsPrices, r *rootsLab) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "root\tflash-B\tparse-wasm-ops\theap-B\theap-peak-B\tkey\tsigned\t subject")
	refused := map[string]int{}
	var reasons []string
	for _, p := range f.Roots {
		subject := p.Subject
		if p.Refused != "" {
			subject += ": " + p.Refused
			if refused[p.Refused]++; refused[p.Refused] == 1 {
				reasons = append(reasons, p.Refused)
			}
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t %s\n", p.Number, quantity.Count(p.FlashB), quantity.Count(p.ParseOps), quantity.Count(p.HeapB), quantity.Count(p.HeapPeakB), p.Key, p.Signed, subject)
	}
	fmt.Fprintf(t, "all %d\t%s\t%s\t%s\t%s\t\t\t \n", len(f.Roots), quantity.Count(f.All.FlashB), quantity.Count(f.All.ParseOps), quantity.Count(f.All.HeapB), quantity.Count(f.All.HeapPeakB))
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s, %s of %s: %d roots, SHA-256 %.16s\n", f.Config, f.Scenario, f.Provenance.Profile, len(f.Roots), f.FileDigest)
	for _, reason := range reasons {
		fmt.Fprintf(w, "%d of %d can't be parsed: %s%s\n", refused[reason], len(f.Roots), reason, r.hint(reason))
	}
	for _, line := range fits(f.All, r) {
		fmt.Fprintln(w, line)
	}
	return nil
}

// fits says whether a client with all roots fits its board.
func fits(p roots.Price, r *rootsLab) []string {
	board := r.job.Board
	line := func(what string, need, over int64, has uint64) string {
		if over > 0 {
			return fmt.Sprintf("%s: does not fit %s: %s over its %s", what, board.Name, quantity.Bytes(over), quantity.Bytes(has))
		}
		return fmt.Sprintf("%s: fits %s: %s of %s", what, board.Name, quantity.Count(need), quantity.Bytes(has))
	}
	heap := "heap until the hello"
	if p.Refused != "" { // the lab's client goes no further
		heap = "heap while they are parsed"
	}
	return []string{
		line("flash (TLS and roots)", p.ROM, p.FlashOver, board.Flash().LengthBytes),
		line(heap, p.ArenaB, p.RAMOver, board.RAM().LengthBytes),
	}
}

// hint says what a refusal to parse is about, in parentheses; "" if that is not known.
func (r *rootsLab) hint(refused string) string {
	if about := r.lab.Names().Hint(refused); about != "" {
		return " (" + about + ")"
	}
	return ""
}
