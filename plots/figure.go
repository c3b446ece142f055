package plots

import (
	"bytes"
	"fmt"
	"html"
	"image/color"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

const (
	pageWidth = 504 // pt: 7 in, the text width of a two-column paper
	small     = 8   // pt: the least that is read in print
	large     = 10  // pt: titles
	leading   = 1.2 // line distance over font size
	margin    = 6   // pt, around the page
	pngDPI    = 192 // twice a screen's, so that 8 pt text is readable
)

var (
	black = color.Gray{0}
	dark  = color.Gray{70}  // secondary text: 9:1 against white
	mid   = color.Gray{130} // secondary marks
	light = color.Gray{215} // grid
	pale  = color.Gray{238} // bands under the grid
	white = color.Gray{255}
)

// figure is one page: title, what was measured, body, caption.
type figure struct {
	name    string // of the file, without extension
	title   string
	sub     string
	caption string
	below   string    // in figures.md, under the caption: a Markdown table of what the figure has as text
	height  vg.Length // of the body
	draw    func(c draw.Canvas)
}

func style(size vg.Length, c color.Color) draw.TextStyle {
	return draw.TextStyle{
		Color:   c,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler,
		XAlign:  draw.XLeft,
		YAlign:  draw.YTop,
	}
}

func bold(s draw.TextStyle) draw.TextStyle {
	s.Font.Weight = xfont.WeightBold
	return s
}

func align(s draw.TextStyle, x text.XAlignment, y text.YAlignment) draw.TextStyle {
	s.XAlign, s.YAlign = x, y
	return s
}

func (f *figure) captionLines() []string {
	return wrap(style(small, black), f.caption, pageWidth-2*margin)
}

func (f *figure) size() (w, h vg.Length) {
	head := vg.Length(leading*(large+small)) + 8
	foot := vg.Length(len(f.captionLines()))*small*leading + 8
	return pageWidth, margin + head + f.height + foot + margin
}

func (f *figure) page(c draw.Canvas) {
	w, h := f.size()
	c.FillPolygon(white, []vg.Point{{X: 0, Y: 0}, {X: w, Y: 0}, {X: w, Y: h}, {X: 0, Y: h}})
	y := h - margin
	c.FillText(bold(style(large, black)), vg.Point{X: margin, Y: y}, f.title)
	y -= large * leading
	c.FillText(style(small, dark), vg.Point{X: margin, Y: y}, f.sub)
	lines := f.captionLines()
	y = margin + vg.Length(len(lines))*small*leading
	bottom := y + 8
	for _, l := range lines {
		c.FillText(style(small, black), vg.Point{X: margin, Y: y}, l)
		y -= small * leading
	}
	c.Rectangle = vg.Rectangle{
		Min: vg.Point{X: margin, Y: bottom},
		Max: vg.Point{X: w - margin, Y: bottom + f.height},
	}
	f.draw(c)
}

func (f *figure) svg() ([]byte, error) {
	w, h := f.size()
	c := vgsvg.New(w, h)
	f.page(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, err
	}
	data := b.Bytes()
	// The fonts are not embedded (400 KB a figure). Arial and Helvetica have
	// Liberation's widths, so labels keep clear of each other with those too.
	data = bytes.ReplaceAll(data, []byte("font-family:Liberation Sans"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif"))
	title := fmt.Sprintf("<title>%s</title>\n<desc>%s</desc>\n", html.EscapeString(f.title+": "+f.sub), html.EscapeString(f.caption))
	if i := bytes.Index(data, []byte("<g ")); i >= 0 {
		data = append(data[:i:i], append([]byte(title), data[i:]...)...)
	}
	return data, nil
}

func (f *figure) png() ([]byte, error) {
	w, h := f.size()
	c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(pngDPI))
	f.page(draw.New(c))
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// newPlot is an empty plot in the house style.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil // the page has one
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.Label.Padding = 3
		a.Tick.Length = 3
		a.LineStyle = draw.LineStyle{Color: black, Width: 0.6}
		a.Tick.LineStyle = draw.LineStyle{Color: black, Width: 0.6}
		f := style(small, black).Font
		a.Label.TextStyle.Font = f
		a.Tick.Label.Font = f
	}
	return p
}

func rectangle(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}}
}

// plotFunc is a plot.Plotter from a function.
type plotFunc func(c draw.Canvas, p *plot.Plot)

func (f plotFunc) Plot(c draw.Canvas, p *plot.Plot) { f(c, p) }

// gridLines are the axes at whose major ticks a grid has lines.
type gridLines int

const (
	atX gridLines = 1 << iota
	atY
)

// grid draws light lines at the major ticks.
func grid(lines gridLines) plotFunc {
	return func(c draw.Canvas, p *plot.Plot) {
		sty := draw.LineStyle{Color: light, Width: 0.4}
		tx, ty := p.Transforms(&c)
		if lines&atX != 0 {
			for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
				if !t.IsMinor() && t.Value >= p.X.Min && t.Value <= p.X.Max {
					c.StrokeLine2(sty, tx(t.Value), c.Min.Y, tx(t.Value), c.Max.Y)
				}
			}
		}
		if lines&atY != 0 {
			for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
				if !t.IsMinor() && t.Value >= p.Y.Min && t.Value <= p.Y.Max {
					c.StrokeLine2(sty, c.Min.X, ty(t.Value), c.Max.X, ty(t.Value))
				}
			}
		}
	}
}

// fillCentred writes s with the middle of its letters at pt.Y, as axes do.
func fillCentred(c *draw.Canvas, sty draw.TextStyle, pt vg.Point, s string) {
	sty.YAlign = draw.YCenter
	pt.Y += sty.FontExtents().Descent
	c.FillText(sty, pt, s)
}
