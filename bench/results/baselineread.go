package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tlslab/internal/metric"
)

// isBaseline says that data is a baseline's text, of whatever version.
func isBaseline(data []byte) bool { return bytes.HasPrefix(data, []byte("tlslab baseline ")) }

// baselineReader reads a baseline line by line, as strictly as JSON is read.
type baselineReader struct {
	lines []string
	at    int // of the next line
	file  *File
	parts []part
	owns  []int               // the cases that have functions
	cells int                 // numbers of functions so far
	again int                 // bytes that "as before" stands for so far
	said  []map[string]string // the fields of each case
}

// mostCells bounds the functions' numbers: a line may say "the same" of many.
const mostCells = 1 << 26

// mostAgain bounds what "as before" stands for: a short line may say it of a long
// value.
const mostAgain = 1 << 28

const bytesOfNumber = 64 // in a map, with its share of the name

func (r *baselineReader) repeat(n int) error {
	if r.again += n; r.again > mostAgain {
		return fmt.Errorf("%s stands for more than %d bytes in all", asBefore, mostAgain)
	}
	return nil
}

func parseBaseline(data []byte) (*File, error) {
	text, ok := strings.CutSuffix(string(data), "\n")
	if !ok {
		return nil, errors.New("baseline: does not end with a whole line")
	}
	r := &baselineReader{lines: strings.Split(text, "\n"), file: &File{Schema: Schema}}
	if first, _ := r.next(0); first != baselineHead {
		return nil, fmt.Errorf("baseline: %q, this program reads %q: measure again and update it", first, baselineHead)
	}
	if err := r.read(); err != nil {
		return nil, fmt.Errorf("line %d: %w", r.at, err)
	}
	if err := r.file.Check(); err != nil {
		return nil, err
	}
	return r.file.sorted(), nil
}

// next is the next line where it is indented by depth blanks and no more.
func (r *baselineReader) next(depth int) (string, bool) {
	if r.at == len(r.lines) {
		return "", false
	}
	line := r.lines[r.at]
	text := strings.TrimLeft(line, " ")
	if len(line)-len(text) != depth {
		return "", false
	}
	r.at++
	return text, true
}

func (r *baselineReader) read() error {
	if line, _ := r.next(0); line != "provenance" {
		return errors.New("want: provenance")
	}
	fields, err := r.fields()
	if err != nil {
		return err
	}
	if err := fields.decode(&r.file.Provenance); err != nil {
		return err
	}
	for {
		line, ok := r.next(0)
		if !ok {
			r.at++
			return errors.New("want: case, columns, functions or complete")
		}
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "case":
			err = r.readCase(rest)
		case "columns":
			err = r.columns(rest)
		case "functions":
			err = r.functions(rest)
		case "complete":
			if rest != strconv.Itoa(len(r.file.Cases)) {
				return fmt.Errorf("%s cases were written, %d are here", rest, len(r.file.Cases))
			}
			if r.at != len(r.lines) {
				r.at++
				return errors.New("something after the end")
			}
			return nil
		default:
			err = fmt.Errorf("unknown word %q", word)
		}
		if err != nil {
			return err
		}
	}
}

// object is a JSON object in the making.
type object struct {
	names map[string]bool
	raw   map[string]string
	b     strings.Builder
}

// add adds a member; raw is checked when the whole is decoded.
func (o *object) add(name, raw string) error {
	key := strings.ToLower(name) // as encoding/json matches names
	if o.names[key] {
		return fmt.Errorf("%q twice", name)
	}
	if o.names == nil {
		o.names, o.raw = map[string]bool{}, map[string]string{}
	} else {
		o.b.WriteByte(',')
	}
	o.names[key], o.raw[name] = true, raw
	if !json.Valid([]byte(raw)) {
		return fmt.Errorf("%s: %q is no JSON value", name, raw)
	}
	quoted, err := json.Marshal(name)
	if err != nil {
		return err
	}
	o.b.Write(quoted)
	o.b.WriteByte(':')
	o.b.WriteString(raw)
	return nil
}

func (o *object) text() string { return "{" + o.b.String() + "}" }

func (o *object) decode(v any) error {
	data := []byte(o.text())
	if err := doubled(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// fields reads lines of "name value", and of a name alone with its own below,
// up to the words that begin something else.
func (r *baselineReader) fields(until ...string) (*object, error) {
	o := new(object)
	for {
		line, ok := r.next(1)
		if !ok {
			return o, nil
		}
		name, raw, value := strings.Cut(line, " ")
		if slices.Contains(until, name) {
			r.at--
			return o, nil
		}
		if !value {
			inner := new(object)
			for {
				line, ok := r.next(2)
				if !ok {
					break
				}
				name, raw, _ := strings.Cut(line, " ")
				if err := inner.add(name, raw); err != nil {
					return nil, err
				}
			}
			raw = inner.text()
		}
		if back, ok := strings.CutPrefix(raw, asBefore); ok {
			at, err := r.before(back, len(r.said))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			raw = r.said[at][name]
			if err := r.repeat(len(raw)); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		if err := o.add(name, raw); err != nil {
			return nil, err
		}
	}
}

func (r *baselineReader) readCase(rest string) error {
	if rest != "" || r.parts != nil || r.owns != nil {
		return errors.New("a case after the functions, or with a name")
	}
	fields, err := r.fields("phases", "checks")
	if err != nil {
		return err
	}
	for _, bulk := range []string{"phases", "functions", "checks"} {
		if fields.names[bulk] {
			return fmt.Errorf("%q has a place of its own", bulk)
		}
	}
	r.said = append(r.said, fields.raw)
	var c Case
	if err := fields.decode(&c); err != nil {
		return err
	}
	for {
		line, ok := r.next(1)
		if !ok {
			break
		}
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case word == "phases" && c.Phases == nil:
			err = r.phases(&c, rest)
		case word == "checks" && c.Checks == nil && rest == "":
			err = r.checks(&c)
		default:
			err = fmt.Errorf("%q is unknown, or here twice", word)
		}
		if err != nil {
			return err
		}
	}
	r.file.Cases = append(r.file.Cases, c)
	return nil
}

// before is the place of the case that is so many before the next one.
func (r *baselineReader) before(back string, cases int) (int, error) {
	n, err := readInt(back)
	if err != nil || n < 1 || n > int64(cases) {
		return 0, fmt.Errorf("there is no case %q before", back)
	}
	return cases - int(n), nil
}

// columnNames are the words of a line of columns: none twice.
func columnNames(text string) ([]string, error) {
	names := strings.Fields(text)
	sorted := slices.Sorted(slices.Values(names))
	if len(slices.Compact(sorted)) != len(names) {
		return nil, errors.New("a column is here twice")
	}
	return names, nil
}

func (r *baselineReader) phases(c *Case, header string) error {
	columns, err := columnNames(header)
	if err != nil {
		return err
	}
	for {
		line, ok := r.next(2)
		if !ok {
			return nil
		}
		name, row, _ := strings.Cut(line, " ")
		p := Phase{Name: metric.Phase(name), Metrics: map[string]int64{}}
		if back, ok := strings.CutPrefix(row, asBefore); ok {
			at, err := r.before(back, len(r.file.Cases))
			if err != nil {
				return fmt.Errorf("phase %s: %w", name, err)
			}
			i := slices.IndexFunc(r.file.Cases[at].Phases, func(p Phase) bool { return string(p.Name) == name })
			if i < 0 {
				return fmt.Errorf("phase %s: the case %s before has none", name, back)
			}
			same := r.file.Cases[at].Phases[i].Metrics
			if err := r.repeat(bytesOfNumber * len(same)); err != nil {
				return fmt.Errorf("phase %s: %w", name, err)
			}
			maps.Copy(p.Metrics, same)
		} else if err := readNumbers(p.Metrics, columns, row, " "); err != nil {
			return fmt.Errorf("phase %s: %w", name, err)
		}
		c.Phases = append(c.Phases, p)
	}
}

// readNumbers reads a row of columns into m.
func readNumbers(m map[string]int64, columns []string, row, sep string) error {
	words := strings.Split(row, sep)
	if len(words) != len(columns) && (len(columns) > 0 || row != none) {
		return fmt.Errorf("%d numbers in %d columns", len(words), len(columns))
	}
	for i, name := range columns {
		if words[i] == none {
			continue
		}
		v, err := readInt(words[i])
		if err != nil {
			return err
		}
		m[name] = v
	}
	return nil
}

// readInt reads a number as it is written, and in no other way.
func readInt(word string) (int64, error) {
	v, err := strconv.ParseInt(word, 10, 64)
	if err != nil || strconv.FormatInt(v, 10) != word {
		return 0, fmt.Errorf("%q is no number", word)
	}
	return v, nil
}

func (r *baselineReader) checks(c *Case) error {
	for {
		line, ok := r.next(2)
		if !ok {
			return nil
		}
		name, rest, _ := strings.Cut(line, " ")
		word, raw, _ := strings.Cut(rest, " ")
		k := Check{Name: name, Refused: word == refused}
		if word != refused && word != notRefused {
			return fmt.Errorf("check %s: %q, want %s or %s", name, word, refused, notRefused)
		}
		if err := json.Unmarshal([]byte(raw), &k.Outcome); err != nil {
			return fmt.Errorf("check %s: %w", name, err)
		}
		c.Checks = append(c.Checks, k)
	}
}

func (r *baselineReader) columns(text string) error {
	machine, header, _ := strings.Cut(text, " ")
	columns, err := columnNames(header)
	if err != nil {
		return err
	}
	if r.owns != nil || len(columns) == 0 || slices.ContainsFunc(r.parts, func(p part) bool { return string(p.machine) == machine }) {
		return fmt.Errorf("columns %s: empty, twice or too late", machine)
	}
	r.parts = append(r.parts, part{metric.Machine(machine), columns})
	return nil
}

func (r *baselineReader) functions(text string) error {
	if r.owns != nil {
		return errors.New("functions twice")
	}
	var err error
	if r.owns, err = readRanges(text, len(r.file.Cases)); err != nil {
		return err
	}
	last := ""
	for {
		line, ok := r.next(1)
		if !ok {
			return nil
		}
		name, rest, _ := strings.Cut(line, " ")
		if name <= last {
			return fmt.Errorf("function %s after %s: twice, or out of order", name, last)
		}
		last = name
		if err := r.function(name, rest); err != nil {
			return fmt.Errorf("function %s: %w", name, err)
		}
	}
}

// readRanges reads what ranges writes, of numbers up to most.
func readRanges(text string, most int) ([]int, error) {
	var out []int
	last := 0
	for _, word := range strings.Split(text, " ") {
		a, b, several := strings.Cut(word, "-")
		from, err := readInt(a)
		to := from
		if several && err == nil {
			to, err = readInt(b)
		}
		if err != nil || from <= int64(last) || to < from || to > int64(most) {
			return nil, fmt.Errorf("%q: not rising numbers of cases up to %d", word, most)
		}
		for n := from; n <= to; n++ {
			out = append(out, int(n))
		}
		last = int(to)
	}
	return out, nil
}

// function reads a function's line and gives each case its numbers.
func (r *baselineReader) function(name, text string) error {
	counts := make([]map[string]int64, len(r.owns))
	parts := strings.Split(text, "|")
	if len(parts) != len(r.parts) {
		return fmt.Errorf("%d parts, of %d lines of columns", len(parts), len(r.parts))
	}
	for i, p := range r.parts {
		if err := r.part(p, strings.Fields(parts[i]), counts); err != nil {
			return err
		}
	}
	for i, m := range counts {
		if m != nil {
			c := &r.file.Cases[r.owns[i]-1]
			c.Functions = append(c.Functions, Function{Name: name, Metrics: m})
		}
	}
	return nil
}

// part reads a part of a function's line.
func (r *baselineReader) part(p part, words []string, counts []map[string]int64) error {
	if len(words) == 0 {
		return nil
	}
	var rows []map[string]int64 // distinct ones
	next := 0
	for _, word := range words {
		word, count, several := strings.Cut(word, "*")
		times := 1
		if several {
			n, err := strconv.Atoi(count)
			if err != nil || n < 2 || n > len(counts) {
				return fmt.Errorf("%q times", count)
			}
			times = n
		}
		var row map[string]int64
		if again, ok := strings.CutPrefix(word, "="); ok {
			n, err := strconv.Atoi(again)
			if err != nil || n < 1 || n > len(rows) {
				return fmt.Errorf("=%s is not before it", again)
			}
			row = rows[n-1]
		} else if word != none {
			row = map[string]int64{}
			if err := readNumbers(row, p.columns, word, ","); err != nil {
				return err
			}
			if len(row) == 0 {
				return fmt.Errorf("%q: no number in it", word)
			}
			if !slices.ContainsFunc(rows, func(m map[string]int64) bool { return numbers(m, p.columns, ",") == word }) {
				rows = append(rows, row)
			}
		}
		for range times {
			for next < len(counts) && p.machine != everywhere && r.file.Cases[r.owns[next]-1].Machine != p.machine {
				next++
			}
			if next == len(counts) {
				return errors.New("more numbers than cases")
			}
			if r.cells += len(row); r.cells > mostCells {
				return fmt.Errorf("more than %d numbers", mostCells)
			}
			for m, v := range row {
				if counts[next] == nil {
					counts[next] = map[string]int64{}
				}
				counts[next][m] = v
			}
			next++
		}
	}
	for ; next < len(counts); next++ {
		if p.machine == everywhere || r.file.Cases[r.owns[next]-1].Machine == p.machine {
			return errors.New("fewer numbers than cases")
		}
	}
	return nil
}
