package cli

import (
	"cmp"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tlslab/internal/cache"
	"tlslab/internal/quantity"
	"tlslab/internal/status"
)

// cacheKinds say what the kinds of entries are, for people.
var cacheKinds = map[string]string{
	"advice":     "what would help cases that did not connect",
	"assembled":  "objects whose assembly reads files",
	"callgraph":  "stack frames and calls, by gcc",
	"calls":      "trees of calls, each from a run of its own",
	"case":       "measured cases",
	"config":     "configuration headers",
	"download":   "archives of sources",
	"loss":       "conversations on a wire that loses datagrams",
	"faults":     "runs with one fault each",
	"floor":      "what configurations refuse of the strict floor",
	"file":       "digests of installed tools",
	"heap":       "smallest heaps under each allocator",
	"image":      "built images",
	"linked":     "what linkers wrote",
	"object":     "compiled units",
	"plugin":     "QEMU's plugin",
	"port":       "the lab's own C files",
	"predefined": "the compilers' own macros",
	"probe":      "configurations, evaluated",
	"reject":     "verdicts on what configurations must refuse",
	"roots":      "prices of trusted certificates",
	"run":        "runs that configurations share",
	"script":     "linker scripts",
	"spread":     "differences between random draws",
	"src":        "unpacked sources",
	"tree":       "digests of unpacked sources",
	"unit":       "which object a unit makes",
	"wazero":     "modules as machine code",
	"wide":       "the same, of units that read more",
}

func newCacheVerb(s *settings) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Show, trim, verify or clear the cache of sources, objects and results",
		Long: "The cache holds sources, objects, images and results under the digest of\n" +
			"everything they are made from. Each entry carries the SHA-256 of its bytes, and\n" +
			"a damaged one is made again. What running commands use is never removed.",
		Args: cobra.NoArgs,
	}
	open := func(run func(c *cache.Store) error) func(*cobra.Command, []string) error {
		return func(*cobra.Command, []string) error {
			c, err := s.cache()
			if err != nil {
				return err
			}
			defer c.Close()
			return run(c)
		}
	}
	sub := func(use, short, long string, run func(c *cache.Store) error) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Long: long, Args: cobra.NoArgs, RunE: open(run)}
	}
	var to string
	trim := sub("trim", "Remove the least recently used entries",
		"Removes what killed runs left behind, and then the least recently used entries\nuntil the cache is within its bound (--cache-size, or --to).",
		func(c *cache.Store) error {
			most := c.Bound()
			if to != "" {
				var err error
				if most, err = cache.ParseSize(to); err != nil {
					return fmt.Errorf("--to: %w", err)
				}
			}
			return s.trimCache(c, most)
		})
	trim.Flags().StringVar(&to, "to", "", "size to trim to (default: --cache-size)")
	cmd.AddCommand(
		sub("show", "Say what the cache holds", "Says where the cache is, and what it holds of each kind.", s.showCache),
		trim,
		sub("verify", "Read every entry and remove damaged ones",
			"Reads every entry and compares it with its digest. Damaged ones are named and\nremoved. Exit status 1 where there was one.", s.verifyCache),
		sub("clear", "Remove all that no running command uses", "Removes everything but what running commands use.",
			func(c *cache.Store) error { return s.trimCache(c, 0) }),
	)
	return cmd
}

func (s *settings) showCache(c *cache.Store) error {
	all, err := c.Usage()
	if err != nil {
		return err
	}
	fmt.Fprintln(s.stdout, c.Dir)
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	var entries int
	var size, left int64
	for _, u := range all {
		if u.Entries > 0 {
			fmt.Fprintf(w, "%s\t%s\t%s\t  %s\n", u.Kind, quantity.Count(int64(u.Entries)), quantity.MiB(u.Bytes), cmp.Or(cacheKinds[u.Kind], "of another version"))
		}
		entries, size, left = entries+u.Entries, size+u.Bytes, left+u.LeftBehind
	}
	bound := "no bound"
	if b := c.Bound(); b >= 0 {
		bound = "of at most " + quantity.MiB(b)
	}
	fmt.Fprintf(w, "all\t%s\t%s\t  %s\n", quantity.Count(int64(entries)), quantity.MiB(size), bound)
	if err := w.Flush(); err != nil || left == 0 {
		return err
	}
	_, err = fmt.Fprintf(s.stdout, "%s are being written, or were when a run was killed: `tlslab cache trim` tells\n", quantity.MiB(left))
	return err
}

func (s *settings) trimCache(c *cache.Store, most int64) error {
	if most < 0 {
		return fmt.Errorf("cache: without a bound there is nothing to trim to; name one with --to")
	}
	t, err := c.Trim(most)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "removed %s entries, %s\n", quantity.Count(int64(t.Removed)), quantity.MiB(t.RemovedBytes))
	if t.LeftBehind > 0 {
		fmt.Fprintf(s.stdout, "removed %s leftovers of killed runs, %s\n", quantity.Count(int64(t.LeftBehind)), quantity.MiB(t.LeftBehindBytes))
	}
	fmt.Fprintf(s.stdout, "kept %s", quantity.MiB(t.KeptBytes))
	if t.KeptBytes > most {
		fmt.Fprintf(s.stdout, ": running commands use %s", quantity.MiB(t.InUseBytes))
	}
	fmt.Fprintln(s.stdout)
	return nil
}

func (s *settings) verifyCache(c *cache.Store) error {
	n, bad, err := c.Verify()
	if err != nil {
		return err
	}
	for _, b := range bad {
		fmt.Fprintf(s.stdout, "damaged, removed: %s\n", b.Path)
	}
	fmt.Fprintf(s.stdout, "%s entries are what was written\n", quantity.Count(int64(n-len(bad))))
	if len(bad) > 0 {
		return status.Badf("cache: %d entries were damaged", len(bad))
	}
	return nil
}
