// Package plots draws the figures of a results file: RAM against ticks with its
// Pareto front, each option's effect, ticks per phase, and heap over the
// handshake, for each board and machine separately. Other figures set boards
// and machines side by side: one handshake on every board, predicted against
// emulated time.
//
// It reads results files only and computes nothing that is not in them. What
// was not measured is a gap and a sentence in the caption, never interpolated.
// The figures are meant for print: sizes are in points, nothing is under 8 pt
// at full width, and series differ in shape, dash and luminance, never in hue
// alone.
package plots

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// Render draws every figure the file has data for into dir, as SVG and PNG,
// writes figures.md with their captions, and returns the files' paths in order.
// The same file gives the same bytes.
func Render(dir string, f *results.File) ([]string, error) { return Redraw(dir, f, Origin{}) }

// Origin is what figures are drawn from: the build of the code that draws and a
// digest of the results file. Empty ones are never the same as another's.
type Origin struct{ Revision, Data string }

// Redraw is Render where an earlier one may have left figures in dir: what would
// come out the same, and lies there as it was drawn, is not drawn again, and what
// the file has no data for any more is removed.
func Redraw(dir string, f *results.File, from Origin) ([]string, error) {
	before, err := readDrawn(dir, from.Revision)
	if err != nil {
		return nil, fmt.Errorf("plots: %w", err)
	}
	if from.Data != "" && before.whole(dir, from.Data) {
		return before.paths(dir), nil
	}
	if err := f.Check(); err != nil {
		return nil, fmt.Errorf("plots: %w", err)
	}
	figures, err := all(f)
	if err != nil {
		return nil, fmt.Errorf("plots: %w", err)
	}
	now, err := put(dir, figures, before)
	if err == nil {
		err = now.put(dir, listName, "", []byte(list(f.Provenance.Profile, figures)))
	}
	if err == nil && from.Revision != "" {
		now.Revision, now.Data = from.Revision, from.Data
		if err = now.drop(dir, before); err == nil {
			err = now.write(dir)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("plots: %w", err)
	}
	return now.paths(dir), nil
}

// listName is the file of a directory's captions.
const listName = "figures.md"

// writeListed is write, and figures.md with the captions after them.
func writeListed(dir, profile string, figures []*figure) ([]string, error) {
	now, err := put(dir, figures, &drawn{})
	if err == nil {
		err = now.put(dir, listName, "", []byte(list(profile, figures)))
	}
	if err != nil {
		return nil, fmt.Errorf("plots: %w", err)
	}
	return now.paths(dir), nil
}

// write draws figures into dir as SVG and PNG and returns the paths in order.
func write(dir string, figures []*figure) ([]string, error) {
	now, err := put(dir, figures, &drawn{})
	if err != nil {
		return nil, fmt.Errorf("plots: %w", err)
	}
	return now.paths(dir), nil
}

// put draws figures into dir, less the PNGs that were drawn before from the same
// and lie there.
func put(dir string, figures []*figure, before *drawn) (*drawn, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	now := &drawn{Of: map[string]drawnFile{}}
	for _, fig := range figures {
		svg, err := fig.svg()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fig.name, err)
		}
		if err := now.put(dir, fig.name+".svg", "", svg); err != nil {
			return nil, err
		}
		from, name := digest(svg), fig.name+".png"
		if before.Of[name].From == from && before.untouched(dir, name) {
			now.keep(name, before.Of[name])
			continue
		}
		png, err := fig.png()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fig.name, err)
		}
		if err := now.put(dir, name, from, png); err != nil {
			return nil, err
		}
	}
	return now, nil
}

// ErrNothing says that there are cases, and none of them has numbers.
var ErrNothing = errors.New("no case has numbers to draw")

// all is every figure of the file, in the order of figures.md.
func all(f *results.File) ([]*figure, error) {
	if len(f.Cases) == 0 {
		return nil, fmt.Errorf("no cases: nothing was measured")
	}
	groups := split(f)
	figures := append(acrossBoards(f, groups), predictions(groups)...)
	compared := len(figures) > 0 && severalBoards(groups)
	for _, g := range groups {
		var own []*figure
		if g.sweep() {
			for _, s := range g.scenarios {
				own = append(own, sweepFigures(g, s)...)
			}
			for _, fig := range own {
				fig.name += suffix(groups, g.core, g.board, g.machine)
				fig.sub = g.provenance("board "+g.board, "machine "+g.machine)
			}
			figures = append(figures, own...)
			continue
		}
		if !compared {
			own = append(own, acrossScenarios(g)...)
		}
		for _, s := range g.scenarios {
			// One configuration has no front: a figure across scenarios or
			// boards has its numbers, where there are several.
			if len(g.casesOf(s)) > 1 || !compared && len(g.scenarios) == 1 {
				own = append(own, fronts(g, s)...)
			}
		}
		if n := len(g.varied()); n > mostKnobs {
			for _, fig := range own {
				fig.caption += fmt.Sprintf(" %d options were varied, which is too many for figures of each option and of phases.", n)
			}
		} else {
			own = append(own, knobs(g)...)
			own = append(own, phases(g)...)
		}
		for _, s := range g.scenarios {
			own = append(own, heaps(g, s)...)
		}
		for _, fig := range own {
			fig.name += suffix(groups, g.core, g.board, g.machine)
			fig.sub = g.provenance("board "+g.board, "machine "+g.machine)
		}
		figures = append(figures, own...)
	}
	if len(figures) == 0 {
		return nil, ErrNothing
	}
	seen := map[string]bool{}
	for _, fig := range figures {
		fig.name = fileName(fig.name)
		if seen[fig.name] {
			return nil, fmt.Errorf("two figures are named %s", fig.name)
		}
		seen[fig.name] = true
	}
	return figures, nil
}

// mostKnobs is how many options have figures of their own. More are an atlas's,
// which RenderAtlas draws.
const mostKnobs = 24

// varied are the options varied, each once.
func (g *group) varied() []string {
	var out []string
	for _, c := range g.cases {
		if c.Option != "" && !slices.Contains(out, c.Option) {
			out = append(out, c.Option)
		}
	}
	return out
}

// group is the cases one figure may hold together: one core, board and machine.
type group struct {
	core, board string
	machine     metric.Machine
	version     string // of the core, "" if not known
	scenarios   []string
	cases       []*results.Case
}

func split(f *results.File) []*group {
	var groups []*group
	cases := make([]*results.Case, len(f.Cases))
	for i := range f.Cases {
		cases[i] = &f.Cases[i]
	}
	slices.SortFunc(cases, func(a, b *results.Case) int { return strings.Compare(a.Key(), b.Key()) })
	for _, c := range cases {
		i := slices.IndexFunc(groups, func(g *group) bool {
			return g.core == c.Core && g.board == c.Board && g.machine == c.Machine
		})
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{core: c.Core, board: c.Board, machine: c.Machine, version: f.Provenance.Versions["core"]})
		}
		g := groups[i]
		g.cases = append(g.cases, c)
		if !slices.Contains(g.scenarios, c.Scenario) {
			g.scenarios = append(g.scenarios, c.Scenario)
		}
	}
	for _, g := range groups {
		slices.Sort(g.scenarios)
	}
	return groups
}

// suffix ends a file's name with what sets its figure apart from the others of
// the file; "" is what the figure is not about. The wasm machine has none, so
// that its figures keep their names when another machine joins it.
func suffix(groups []*group, core, board string, machine metric.Machine) string {
	var out string
	for _, part := range []struct {
		own string
		of  func(*group) string
	}{
		{core, func(g *group) string { return g.core }},
		{board, func(g *group) string { return g.board }},
		{string(machine), func(g *group) string { return string(g.machine) }},
	} {
		several := slices.ContainsFunc(groups, func(g *group) bool { return part.of(g) != part.own })
		if part.own != "" && part.own != string(metric.WASM) && several {
			out += "_" + part.own
		}
	}
	return out
}

func severalBoards(groups []*group) bool {
	return slices.ContainsFunc(groups, func(g *group) bool { return g.board != groups[0].board })
}

// provenance says what was measured, below every title.
func (g *group) provenance(board string, machine metric.Machine) string {
	s := "core " + g.core
	if v := firstLine(g.version); v != "" && v != g.core {
		s += " (" + v + ")"
	}
	if board != "" {
		s = board + ", " + s
	}
	return s + ", " + string(machine)
}

// ticks is what the group's handshakes are expressed in.
func (g *group) ticks() measure { return ticksOf(g.machine, g.cases) }

// run is what the group's runs and phases are expressed in.
func (g *group) run() measure { return runOf(g.machine, g.cases) }

// casesOf is the cases of one scenario.
func (g *group) casesOf(scenario string) []*results.Case {
	var out []*results.Case
	for _, c := range g.cases {
		if c.Scenario == scenario {
			out = append(out, c)
		}
	}
	return out
}

// find is the case of a config and scenario, nil if there is none.
func (g *group) find(config, scenario string) *results.Case {
	for _, c := range g.cases {
		if c.Config == config && c.Scenario == scenario {
			return c
		}
	}
	return nil
}

func list(profile string, figures []*figure) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Figures of %s\n\n", profile)
	for _, fig := range figures {
		fmt.Fprintf(&b, "## %s\n\n![%s](%s.svg)\n\n%s. %s\n\n", fig.title, fig.title, fig.name, fig.sub, fig.caption)
		if fig.below != "" {
			fmt.Fprintf(&b, "%s\n", fig.below)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// fileName keeps names that hold "/" or worse inside the directory.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-_.=", r):
			return r
		}
		return '-'
	}, s)
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
