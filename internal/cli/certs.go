package cli

import (
	"crypto/x509"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/certs"
)

// systemBundle is where Debian's ca-certificates puts the roots of the system:
// what the manual calls all default CA (5.1).
const systemBundle = "/etc/ssl/certs/ca-certificates.crt"

func newCerts(s *settings) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "certs",
		Short: "List certificates, price roots, find the one root a server needs",
		Long: "Certificates of the test PKI and of your own files: what they are, what a client\n" +
			"pays to trust them, and which one is enough for a server.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCertsList(s), newCertsPrice(s), newCertsTrim(s))
	return cmd
}

func newCertsList(s *settings) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the chains of the test PKI, or the certificates of a file",
		Long: "Lists the chains of the test PKI: what the server shows, what the client trusts,\n" +
			"and the bad variants of each. With --file it lists the certificates of a PEM\n" +
			"file, as ca_files and --ca take them.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if file == "" {
				return listChains(s.stdout)
			}
			ca, err := s.loadCA(file)
			if err != nil {
				return err
			}
			return listFile(s.stdout, ca)
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "PEM file to list, "+systemBundle+" for one")
	return cmd
}

// loadCA reads a user's CA file and says what is odd about it.
func (s *settings) loadCA(file string) (*certs.UserCA, error) {
	ca, err := certs.LoadUserPEM(file)
	if err != nil {
		return nil, err
	}
	for _, w := range ca.Warnings {
		s.say(w)
	}
	return ca, nil
}

// listChains prints the test PKI's chains.
func listChains(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "chain\tshown\tleaf\tsigned\troot\troot-DER-B\troot-PEM-B\tbad variants")
	for _, name := range certs.Names() {
		c, err := certs.Load(name, "")
		if err != nil {
			return err
		}
		leaf, err := x509.ParseCertificate(c.ChainDER[0])
		if err != nil {
			return err
		}
		root, err := x509.ParseCertificate(c.RootDER)
		if err != nil {
			return err
		}
		bad := strings.Join(certs.VariantsOf(name)[1:], " ")
		if bad == strings.Join(certs.Variants[1:], " ") {
			bad = "all"
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%d\t%d\t%s\n", name, len(c.ChainDER), certs.KeyKind(leaf), certs.Signature(leaf),
			certs.KeyKind(root), len(c.RootDER), len(c.RootPEM), bad)
	}
	return t.Flush()
}

// listFile prints the certificates of a file.
func listFile(w io.Writer, ca *certs.UserCA) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "number\tkey\tsigned\tuntil\tDER-B\tsubject")
	for i, der := range ca.DER {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return err
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%d\t%s\n", i+1, certs.KeyKind(c), certs.Signature(c), c.NotAfter.UTC().Format("2006-01-02"), len(der), certs.Subject(c))
	}
	return t.Flush()
}
