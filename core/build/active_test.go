package build

import (
	"context"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"tlslab/core"
	"tlslab/internal/cexpr"
	"tlslab/internal/testutil"
)

// The oracle of these tests: A is defined, N is not, U can't be known.
func oracle(name string) cexpr.Truth {
	switch name {
	case "A":
		return cexpr.Yes
	case "N":
		return cexpr.No
	}
	return cexpr.Unknown
}

func TestCondition(t *testing.T) {
	for text, want := range map[string]cexpr.Truth{
		"#if defined(A)":                           cexpr.Yes,
		"#if defined A":                            cexpr.Yes,
		"#if !defined(A)":                          cexpr.No,
		"#if defined(N)":                           cexpr.No,
		"#if defined(U)":                           cexpr.Unknown,
		"#ifdef A":                                 cexpr.Yes,
		"#ifdef N":                                 cexpr.No,
		"#ifndef N":                                cexpr.Yes,
		"#if defined(A) && defined(N)":             cexpr.No,
		"#if defined(U) && defined(N)":             cexpr.No,
		"#if defined(U) || defined(A)":             cexpr.Yes,
		"#if defined(U) && defined(A)":             cexpr.Unknown,
		"#if !(defined(A) || defined(U))":          cexpr.No,
		"#if defined(N) || \\\n defined(A)":        cexpr.Yes,
		"#if A > 3":                                cexpr.Unknown,
		"#if A > 3 && defined(N)":                  cexpr.No,
		"#if A > 3 || defined(A)":                  cexpr.Yes,
		"#if (A + (1)) == 2 || defined(N)":         cexpr.Unknown,
		"#if defined(A) == 0":                      cexpr.Unknown,
		"#if !defined(A) != 1":                     cexpr.Unknown,
		"#if !A":                                   cexpr.Unknown,
		"#if 0":                                    cexpr.Unknown,
		"#if defined(N) ? 1 : 0":                   cexpr.Unknown,
		"#if 1 ? defined(N) && 1 : defined(N)":     cexpr.Unknown,
		"#if defined(A) || (":                      cexpr.Unknown,
		"#if defined(":                             cexpr.Unknown,
		"#if __has_include(\"x.h\") && defined(N)": cexpr.No,
		"#if " + strings.Repeat("(", 2000) + "A":   cexpr.Unknown,
	} {
		cs := chunks([]byte(text + "\n"))
		if len(cs) != 1 {
			t.Errorf("%q: %d chunks", text, len(cs))
		} else if got := condition(&cs[0], oracle); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestWalkLeavesOutWhatIsSurelyNotReached(t *testing.T) {
	for text, want := range map[string]string{
		"#if defined(A)\nx\n#else\ny\n#endif\nz":                                "x z",
		"#if defined(N)\nx\n#else\ny\n#endif\nz":                                "y z",
		"#if defined(U)\nx\n#else\ny\n#endif\nz":                                "x y z",
		"#if defined(N)\nx\n#elif defined(A)\ny\n#else\nw\n#endif\nz":           "y z",
		"#if defined(U)\nx\n#elif defined(A)\ny\n#else\nw\n#endif\nz":           "x y z",
		"#if defined(U)\nx\n#elif defined(U)\ny\n#else\nw\n#endif\nz":           "w x y z",
		"#if defined(A)\nx\n#elif defined(A)\ny\n#endif\nz":                     "x z",
		"#if defined(N)\n#if defined(A)\nx\n#else\ny\n#endif\n#else\nv\n#endif": "v",
		"#endif\nz":         "z",
		"#if defined(N)\nx": "",
		"#else\nz":          "z",
		"#ifdef N\nx\n#endif\n#ifndef N\ny\n#endif": "y",
	} {
		v := cut([]byte(text + "\n")).view(oracle)
		var got []string
		for id := range v.idents {
			if len(id) == 1 && id >= "a" {
				got = append(got, id)
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: sees %q, want %q", text, s, want)
		}
	}
}

// The key of a unit must tell apart whatever its preprocessed text tells apart.
func TestEqualKeysMeanEqualText(t *testing.T) {
	testutil.Nightly(t)
	needTools(t)
	b := realBuilder(t)
	type seen struct{ text, config string }
	texts := map[string]seen{}
	for _, c := range [][2]string{
		{"rtthread-optimised", "rsa-aes256-cbc-sha256"},
		{"rtthread-optimised", "psk-aes128-ccm8"},
		{"rtthread-optimised/MPI_MAX_SIZE=1024", "rsa-aes256-cbc-sha256"},
	} {
		spec := specOf(t, c[0], c[1])
		target := b.Tools.wasm(spec.WasmOpt, b.portDir)
		cfg, err := b.configure(context.Background(), spec, target)
		if err != nil {
			t.Fatal(err)
		}
		if err := cfg.prepare(b, spec); err != nil {
			t.Fatal(err)
		}
		units, err := b.units(spec)
		if err != nil {
			t.Fatal(err)
		}
		keys, got := make([]string, len(units)), make([]string, len(units))
		var g errgroup.Group
		for i, u := range units {
			g.Go(func() error {
				var covered map[string]bool
				var err error
				if keys[i], covered, err = b.unitKey(spec, target, cfg, u, nil); err != nil {
					return err
				}
				args := append(b.includeArgs(spec, target, cfg.dir), "-E", "-P", "-x", "c")
				name := u.path
				if u.text != nil {
					name = "-"
				}
				text, reads, err := b.preprocess(context.Background(), spec, target, u.text, append(args, name)...)
				if err != nil {
					return err
				}
				got[i] = core.SHA256(text)
				more, err := b.known(spec, cfg, u.name, reads, covered)
				if more {
					t.Errorf("%s: %s reads files that its key does not cover, among %q", c[0], u.name, reads)
				}
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		for i, u := range units {
			if old, ok := texts[keys[i]]; ok && old.text != got[i] {
				t.Errorf("%s: equal keys, unequal text in %s and %s", u.name, old.config, c[0]+" "+c[1])
			}
			texts[keys[i]] = seen{got[i], c[0] + " " + c[1]}
		}
	}
}
