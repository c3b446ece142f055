package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tlslab/bench/explain"
)

func newExplain(s *settings) *cobra.Command {
	var coreName string
	cmd := &cobra.Command{
		Use:   "explain CODE|NAME|FLAG|TEXT...",
		Short: "Explain an error: what it means, its usual causes, and the option to change",
		Long: "Explains an error of " + libraryTitles() + " with the words of its own header, its usual\n" +
			"causes and the options to change. It takes a code (-0x7200, 7200, -29184), a\n" +
			"name with or without its prefix, or a part of the text of a log. Verify flags\n" +
			"(BADCERT_CN_MISMATCH), alerts (40, handshake_failure) and this lab's own\n" +
			"outcomes (out-of-heap) are explained too, and a sum of two codes is taken apart.\n" +
			"A number or name of another release is explained for that release.",
		// -0x7200 is no flag: flags are read below.
		DisableFlagParsing: true,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		codes, flags := codesAside(args)
		cmd.DisableFlagParsing = false
		if err := cmd.ParseFlags(flags); err != nil {
			return err
		}
		if help, err := cmd.Flags().GetBool("help"); err == nil && help {
			return cmd.Help()
		}
		asked := inOrder(args, append(codes, cmd.Flags().Args()...))
		if len(asked) == 0 {
			return cobra.MinimumNArgs(1)(cmd, asked)
		}
		src, err := s.resolve(cmd.Context(), coreName)
		if err != nil {
			return err
		}
		d, err := explain.Load(src)
		if err != nil {
			return err
		}
		cat, err := src.Options()
		if err != nil {
			return err
		}
		has := func(name string) bool { _, err := cat.Find(name); return err == nil }
		found, err := findAll(d, asked)
		if err != nil {
			return err
		}
		d.Write(s.stdout, found, has)
		return nil
	}
	cmd.Flags().StringVar(&coreName, "core", peerCore, coreHelp())
	return cmd
}

// codesAside takes codes out of arguments, which a parser of flags would read
// as flags where they are negative.
func codesAside(args []string) (codes, rest []string) {
	for _, a := range args {
		if explain.IsNumber(a) {
			codes = append(codes, a)
		} else {
			rest = append(rest, a)
		}
	}
	return codes, rest
}

// inOrder are words in the order in which args have them.
func inOrder(args, words []string) (out []string) {
	for _, a := range args {
		if i := slices.Index(words, a); i >= 0 {
			out = append(out, a)
			words = slices.Delete(words, i, i+1)
		}
	}
	return out
}

// findAll explains each argument, or all of them as one text.
func findAll(d *explain.Dictionary, asked []string) ([]explain.Entry, error) {
	if len(asked) > 1 {
		if found, err := d.Find(strings.Join(asked, " ")); err == nil {
			return found, nil
		}
	}
	var all []explain.Entry
	for _, a := range asked {
		found, err := d.Find(a)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}
