package plots

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// texts is a canvas that keeps where text went, and nothing else.
type texts struct {
	t     *testing.T
	stack []transform
	found []word
}

type transform struct {
	dx, dy, angle float64
}

type word struct {
	s              string
	x0, y0, x1, y1 float64
}

func (c *texts) top() *transform                     { return &c.stack[len(c.stack)-1] }
func (c *texts) SetLineWidth(vg.Length)              {}
func (c *texts) SetLineDash([]vg.Length, vg.Length)  {}
func (c *texts) SetColor(color.Color)                {}
func (c *texts) Stroke(vg.Path)                      {}
func (c *texts) Fill(vg.Path)                        {}
func (c *texts) DrawImage(vg.Rectangle, image.Image) {}
func (c *texts) Scale(x, y float64)                  { c.t.Fatal("scaled") }
func (c *texts) Push()                               { c.stack = append(c.stack, *c.top()) }
func (c *texts) Pop()                                { c.stack = c.stack[:len(c.stack)-1] }
func (c *texts) Rotate(a float64)                    { c.top().angle += a }
func (c *texts) Translate(p vg.Point) {
	x, y := c.top().apply(float64(p.X), float64(p.Y))
	c.top().dx, c.top().dy = x, y
}

func (t *transform) apply(x, y float64) (float64, float64) {
	sin, cos := math.Sincos(t.angle)
	return t.dx + x*cos - y*sin, t.dy + x*sin + y*cos
}

func (c *texts) FillString(f font.Face, p vg.Point, s string) {
	if f.Font.Size < small {
		c.t.Errorf("%q in %v pt: under %d is not read in print", s, f.Font.Size, small)
	}
	if s == "" {
		return
	}
	// Letters from a third of a descender up to capital height: what two lines
	// of text at normal distance never share.
	w, h := float64(f.Width(s)), float64(f.Font.Size)*0.72
	x0, y0 := c.top().apply(float64(p.X), float64(p.Y)-1)
	x1, y1 := c.top().apply(float64(p.X)+w, float64(p.Y)+h)
	c.found = append(c.found, word{s, math.Min(x0, x1), math.Min(y0, y1), math.Max(x0, x1), math.Max(y0, y1)})
}

// TestNoTextOverlaps looks at every word of every figure.
func TestNoTextOverlaps(t *testing.T) {
	figures, err := all(synthetic())
	if err != nil {
		t.Fatal(err)
	}
	more, err := all(machines())
	if err != nil {
		t.Fatal(err)
	}
	swept, err := all(sweepFile())
	if err != nil {
		t.Fatal(err)
	}
	for _, fig := range slices.Concat(more, swept, atlasFigures(atlasFile(t))) {
		if !slices.ContainsFunc(figures, func(f *figure) bool { return f.name == fig.name }) {
			figures = append(figures, fig)
		}
	}
	for _, fig := range figures {
		t.Run(fig.name, func(t *testing.T) {
			checkText(t, fig)
		})
	}
}

// textsOf is every word of a figure and where it is.
func textsOf(t *testing.T, fig *figure) []word {
	t.Helper()
	w, h := fig.size()
	c := &texts{t: t, stack: []transform{{}}}
	fig.page(draw.NewCanvas(c, w, h))
	return c.found
}

// checkText looks at every word of a figure: inside the page, off the others.
func checkText(t *testing.T, fig *figure) {
	t.Helper()
	w, h := fig.size()
	found := textsOf(t, fig)
	if len(found) < 5 {
		t.Errorf("only %d texts", len(found))
	}
	for i, a := range found {
		if a.x0 < 0 || a.y0 < 0 || a.x1 > float64(w) || a.y1 > float64(h) {
			t.Errorf("%q is over the edge: %+v of %v by %v", a.s, a, w, h)
		}
		for _, b := range found[:i] {
			if a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1 {
				t.Errorf("%q and %q overlap: %+v %+v", a.s, b.s, a, b)
			}
		}
	}
}
