package plots

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tlslab/bench/results/sequence"
)

// RenderSequence draws a conversation as a sequence diagram into dir, as SVG and
// PNG, and returns the files' paths in order.
func RenderSequence(dir string, f *sequence.File) ([]string, error) {
	return write(dir, []*figure{sequenceFigure(f)})
}

// mostSequenceRows bounds what is drawn; more are in the text and in the file.
const mostSequenceRows = 200

// Where things stand, in points from the left edge of the body. The columns of
// numbers end there.
const (
	timeEnd    = 44
	clientLine = 54
	serverLine = 234
	bytesEnd   = 264
	phaseStart = 272
	opsEnd     = 424
	liveEnd    = 458
	peakEnd    = pageWidth - 2*margin

	arrowHead = 4
	arrowGap  = 2 // between a label and its arrow
	rowGap    = 4
)

// sequenceRow is a row with its lines of text: above the arrow and below it.
type sequenceRow struct {
	*sequence.Row
	label, note []string
}

func (r *sequenceRow) height() vg.Length {
	h := vg.Length(max(1, len(r.label))+len(r.note)) * small * leading
	if r.Message != nil {
		h += arrowGap
	}
	return h + rowGap
}

func sequenceFigure(f *sequence.File) *figure {
	var rows []sequenceRow
	logs, more := 0, 0
	height := vg.Length(2*small*leading + rowGap)
	for i := range f.Rows {
		r := sequenceRow{Row: &f.Rows[i]}
		switch {
		case r.Log != nil:
			logs++
			continue
		case len(rows) == mostSequenceRows:
			more++
			continue
		case r.Message != nil:
			width := vg.Length(serverLine - clientLine - 2*arrowHead)
			r.label = wrap(style(small, black), r.Message.Label(), width)
			if r.Message.Note != "" {
				r.note = wrap(style(small, dark), r.Message.Note, width)
			}
		}
		rows = append(rows, r)
		height += r.height()
	}
	caption := fmt.Sprintf("%s. Times are when a message left the %s or came to it, on the virtual clock: computing takes none. Sizes are those on the wire. "+
		"Numbers at the right are the %s's: %s executed in a phase, heap live at its end and at its peak, each beside the last message of the phase.",
		outcomeOf(f), f.Guest, f.Guest, f.Ops)
	for _, n := range f.Notes {
		caption += " " + upperFirst(n) + "."
	}
	if logs > 0 {
		caption += fmt.Sprintf(" %d debug messages are not drawn.", logs)
	}
	if more > 0 {
		caption += fmt.Sprintf(" %d more rows are not drawn.", more)
	}
	return &figure{
		name:    fileName("trace_" + f.Scenario + "_" + f.Config),
		title:   f.Config + ", " + f.Scenario,
		sub:     fmt.Sprintf("%s, %s on %s, machine %s, %s", f.Protocol, f.Suite, f.Board, f.Machine, f.Core),
		caption: caption,
		height:  height,
		draw:    func(c draw.Canvas) { drawSequence(&c, f, rows) },
	}
}

// outcomeOf says how the conversation ended, and over which wire.
func outcomeOf(f *sequence.File) string {
	s := upperFirst(f.Outcome)
	if f.Detail != "" {
		s += " (" + f.Detail + ")"
	}
	return s + "; wire: " + f.Wire
}

func upperFirst(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

func drawSequence(c *draw.Canvas, f *sequence.File, rows []sequenceRow) {
	at := func(x vg.Length) vg.Length { return c.Min.X + x }
	y := c.Max.Y
	left, right, centre := style(small, black), align(style(small, black), draw.XRight, draw.YTop), align(bold(style(small, black)), draw.XCenter, draw.YTop)
	c.FillText(centre, vg.Point{X: at(clientLine), Y: y}, sequence.Client)
	c.FillText(centre, vg.Point{X: at(serverLine), Y: y}, sequence.Server)
	for _, h := range []struct {
		x    vg.Length
		sty  draw.TextStyle
		text [2]string
	}{
		{timeEnd - 14, right, [2]string{"", "us"}}, {bytesEnd, right, [2]string{"", "B"}}, {phaseStart, left, [2]string{f.Guest + "'s phase", ""}},
		{opsEnd, right, [2]string{f.Ops, ""}}, {liveEnd, right, [2]string{"live", "B"}}, {peakEnd, right, [2]string{"peak", "B"}},
	} {
		for i, s := range h.text {
			c.FillText(h.sty, vg.Point{X: at(h.x), Y: y - vg.Length(i)*small*leading}, s)
		}
	}
	y -= 2*small*leading + rowGap
	thin := draw.LineStyle{Color: mid, Width: 0.6}
	c.StrokeLine2(thin, at(clientLine), y+rowGap, at(clientLine), c.Min.Y)
	c.StrokeLine2(thin, at(serverLine), y+rowGap, at(serverLine), c.Min.Y)
	for _, r := range rows {
		below := y - vg.Length(max(1, len(r.label)))*small*leading
		base := below + small*leading // the last line above the arrow
		if m := r.Message; m != nil {
			c.FillText(right, vg.Point{X: at(timeEnd), Y: base}, count(r.US))
			c.FillText(right, vg.Point{X: at(bytesEnd), Y: base}, count(int64(m.Bytes)))
			middle := align(style(small, black), draw.XCenter, draw.YTop)
			for i, s := range r.label {
				c.FillText(middle, vg.Point{X: at((clientLine + serverLine) / 2), Y: y - vg.Length(i)*small*leading}, s)
			}
			drawArrow(c, m, at(clientLine), at(serverLine), below-arrowGap)
			middle.Color = dark
			for i, s := range r.note {
				c.FillText(middle, vg.Point{X: at((clientLine + serverLine) / 2), Y: below - 2*arrowGap - vg.Length(i)*small*leading}, s)
			}
		}
		if s := r.Step; s != nil {
			c.FillText(left, vg.Point{X: at(phaseStart), Y: base}, string(s.Phase))
			for _, n := range []struct {
				x vg.Length
				v int64
			}{{opsEnd, s.Ops}, {liveEnd, s.HeapLiveB}, {peakEnd, s.HeapPeakB}} {
				c.FillText(right, vg.Point{X: at(n.x), Y: base}, count(n.v))
			}
		}
		y -= r.height()
	}
}

// drawArrow draws a message's way from one line to the other; one that is lost
// ends on the way.
func drawArrow(c *draw.Canvas, m *sequence.Message, client, server, y vg.Length) {
	from, to := client, server
	if m.From == sequence.Server {
		from, to = server, client
	}
	dir := vg.Length(1)
	if to < from {
		dir = -1
	}
	line := draw.LineStyle{Color: black, Width: 0.8}
	if m.Lost {
		line.Dashes = []vg.Length{3, 2}
		to -= (to - from) / 6 // beside the label
		c.StrokeLine2(line, from, y, to, y)
		line.Dashes = nil
		c.StrokeLine2(line, to-3, y-3, to+3, y+3)
		c.StrokeLine2(line, to-3, y+3, to+3, y-3)
		return
	}
	c.StrokeLine2(line, from, y, to-dir*arrowHead, y)
	c.FillPolygon(black, []vg.Point{{X: to, Y: y}, {X: to - dir*arrowHead, Y: y + arrowHead/2}, {X: to - dir*arrowHead, Y: y - arrowHead/2}})
}
