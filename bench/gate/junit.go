package gate

import (
	"encoding/xml"
	"io"
	"strings"
	"unicode"
)

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Suite    suite    `xml:"testsuite"`
}

type suite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Properties []property `xml:"properties>property,omitempty"`
	Cases      []testcase `xml:"testcase"`
	Out        string     `xml:"system-out,omitempty"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Class    string    `xml:"classname,attr"`
	Name     string    `xml:"name,attr"`
	Failures []failure `xml:"failure"`
	Out      string    `xml:"system-out,omitempty"`
}

type failure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as JUnit XML: one test case a measured case,
// one failure a failing finding; what passed or was accepted is its output.
// It has no times: the same report is the same bytes.
func (r *Report) WriteJUnit(w io.Writer) error {
	findings := map[string][]Finding{}
	for _, f := range r.Findings {
		findings[f.Case] = append(findings[f.Case], f)
	}
	s := suite{Name: r.Profile, Tests: len(r.Cases)}
	for _, c := range r.Causes {
		name, value, _ := strings.Cut(c, ": ")
		s.Properties = append(s.Properties, property{clean(name), clean(value)})
	}
	for _, c := range r.Cases {
		t := testcase{Class: clean(c.Core + "." + c.Board + "." + string(c.Machine) + "." + c.Scenario), Name: clean(c.Config)}
		var out []string
		for _, f := range findings[c.Key()] {
			if !f.Fails {
				line := f.mark() + ": " + f.Text
				if f.Accepted != nil {
					line += " (" + f.Accepted.By + ": " + f.Accepted.Reason + ")"
				}
				out = append(out, line)
				continue
			}
			t.Failures = append(t.Failures, failure{Type: string(f.Kind), Message: clean(f.Text),
				Text: clean(strings.Join(append([]string{f.mark() + ": " + f.Text}, f.Explain...), "\n"))})
		}
		t.Out = clean(strings.Join(out, "\n"))
		if len(t.Failures) > 0 {
			s.Failures++
		}
		s.Cases = append(s.Cases, t)
	}
	var notes []string
	for _, a := range r.Stale {
		notes = append(notes, "warning: "+stale(a)+" matches nothing any more: remove it")
	}
	s.Out = clean(strings.Join(append(notes, r.advice()...), "\n"))
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := e.Encode(suites{Name: "footprint gate", Tests: s.Tests, Failures: s.Failures, Suite: s}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// clean drops what XML can't hold, so that a guest's bytes in a message can't
// make the report unreadable.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}
