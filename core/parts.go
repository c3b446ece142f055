package core

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Parts are what a core has only where a configuration asks for it, by the
// conditions around its own tables: the OIDs that it reads, its curves, suites
// and kinds of keys.
type Parts struct {
	rules  []Rule
	oids   map[string]Rule // by their bytes
	curves map[uint16]Rule // by TLS's number
	suites map[string]Rule // by Mbed TLS's name
	keys   map[string]Rule // "RSA", "ECKEY"
}

// partFiles are the tables, below library/, and what an entry looks like: what
// is in the parentheses names it.
var partFiles = []struct {
	file  string
	entry *regexp.Regexp
	add   func(p *Parts, program *program, name string, r Rule)
}{
	{"oid.c", regexp.MustCompile(`\b(MBEDTLS_OID_\w+)`), (*Parts).oid},
	{"ecp.c", regexp.MustCompile(`\{\s*MBEDTLS_ECP_DP_\w+,\s*(\d+),`), (*Parts).curve},
	{"ssl_ciphersuites.c", regexp.MustCompile(`\{\s*MBEDTLS_TLS\w+,\s*"(TLS[A-Z0-9-]+)"`), (*Parts).suite},
	{"pk.c", regexp.MustCompile(`\bcase MBEDTLS_PK_(\w+):`), (*Parts).key},
}

// oidHeader says what the OIDs of oid.c are; the rest of what tables include has
// been read with the checks.
const oidHeader = "mbedtls/oid.h"

// Parts reads a core's tables, those that it has.
func (s *Source) Parts() (*Parts, error) {
	p, err := s.checks()
	if err != nil {
		return nil, err
	}
	out := &Parts{rules: slices.Clone(p.rules), oids: map[string]Rule{}, curves: map[uint16]Rule{}, suites: map[string]Rule{}, keys: map[string]Rule{}}
	type found struct {
		add  func(p *Parts, program *program, name string, r Rule)
		name string
		rule Rule
	}
	for _, t := range partFiles {
		var all []found
		p.text = func(line string, under guard) {
			for _, m := range t.entry.FindAllStringSubmatch(line, -1) {
				if r, ok := absent(p, under, m[1]); ok {
					all = append(all, found{t.add, m[1], r})
				}
			}
		}
		err := p.read(path.Join("..", "library", t.file), nil, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the core has no such part
		}
		if err == nil && len(all) == 0 {
			err = fmt.Errorf("core: %s/library/%s: no entry of its table was found", s.Dir, t.file)
		}
		if err != nil {
			return nil, err
		}
		for _, f := range all {
			f.add(out, p, f.name, f.rule)
		}
	}
	p.text = nil
	return out, nil
}

// absent is the rule that is violated where what is under a guard is not there;
// ok is false where it always is.
func absent(p *program, under guard, name string) (r Rule, ok bool) {
	var all *cond
	for _, b := range under {
		if includeGuard(b.asked.cond) {
			continue
		}
		c := b.asked.cond
		if !b.want {
			c = &cond{op: opNot, a: c}
		}
		if all == nil {
			all = c
		} else {
			all = &cond{op: opAnd, a: all, b: c}
		}
	}
	if all == nil {
		return Rule{}, false
	}
	return Rule{Message: name, reached: guard{{&asked{all, p.seq}, false}}, program: p}, true
}

// both has an entry that is in several tables be there where it is in all.
func (r Rule) both(other Rule) Rule {
	a, b := r.reached[0].asked, other.reached[0].asked
	if a.cond.text(opAnd) == b.cond.text(opAnd) {
		return other
	}
	r.reached = guard{{&asked{&cond{op: opAnd, a: a.cond, b: b.cond}, max(a.seq, b.seq)}, false}}
	return r
}

func (p *Parts) oid(program *program, name string, r Rule) {
	bytes := program.bytes(name)
	if bytes == "" {
		return
	}
	if before, ok := p.oids[bytes]; ok {
		r = before.both(r)
	}
	p.oids[bytes] = r
}

func (p *Parts) curve(_ *program, name string, r Rule) {
	if n, err := strconv.ParseUint(name, 10, 16); err == nil {
		p.curves[uint16(n)] = r
	}
}

func (p *Parts) suite(_ *program, name string, r Rule) { p.suites[name] = r }

func (p *Parts) key(_ *program, name string, r Rule) {
	if _, ok := p.keys[name]; !ok { // the first table is the one by which a key is made
		p.keys[name] = r
	}
}

var stringPiece = regexp.MustCompile(`"((?:\\x[0-9a-fA-F]{2})+)"|(MBEDTLS_OID_\w+)`)

// bytes are those of a macro that stands for strings of bytes; "" for another.
func (p *program) bytes(name string, within ...string) string {
	events := p.events[name]
	if len(events) == 0 || slices.Contains(within, name) {
		return ""
	}
	out := ""
	for _, m := range stringPiece.FindAllStringSubmatch(events[len(events)-1].value, -1) {
		if m[2] != "" {
			out += p.bytes(m[2], append(within, name)...)
			continue
		}
		for _, h := range strings.Split(m[1], `\x`)[1:] {
			n, _ := strconv.ParseUint(h, 16, 8)
			out += string([]byte{byte(n)})
		}
	}
	return out
}

// Rules are the core's own (Source.Rules), of the same reading: one of a part's
// may be mended with them.
func (p *Parts) Rules() []Rule { return slices.Clone(p.rules) }

// OID is violated where an object identifier (its DER without tag and length) is
// not read; ok is false where no condition stands before it, or the core does
// not have it.
func (p *Parts) OID(der []byte) (r Rule, ok bool) { r, ok = p.oids[string(der)]; return r, ok }

// Curve is OID for a curve by TLS's number.
func (p *Parts) Curve(group uint16) (r Rule, ok bool) { r, ok = p.curves[group]; return r, ok }

// Suite is OID for a suite by Mbed TLS's name.
func (p *Parts) Suite(name string) (r Rule, ok bool) { r, ok = p.suites[name]; return r, ok }

// Key is OID for a kind of key by Mbed TLS's name: "RSA", "ECKEY".
func (p *Parts) Key(kind string) (r Rule, ok bool) { r, ok = p.keys[kind]; return r, ok }
