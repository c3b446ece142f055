package mbedtls

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tlslab/core"
	"tlslab/core/options"
	"tlslab/internal/cexpr"
)

// parts are what a core has only where a configuration asks for it, by the
// conditions around its own tables: the OIDs that it reads, its curves, suites
// and kinds of keys.
type parts struct {
	rules  []*rule
	oids   map[string]*rule // by their bytes
	curves map[uint16]*rule // by TLS's number
	suites map[string]*rule // by Mbed TLS's name
	keys   map[string]*rule // "RSA", "ECKEY"
}

// partFiles are the tables, below library/, and what an entry looks like: what
// is in the parentheses names it.
var partFiles = []struct {
	file  string
	entry *regexp.Regexp
	add   func(p *parts, program *program, name string, r *rule)
}{
	{"oid.c", regexp.MustCompile(`\b(MBEDTLS_OID_\w+)`), (*parts).oid},
	{"ecp.c", regexp.MustCompile(`\{\s*MBEDTLS_ECP_DP_\w+,\s*(\d+),`), (*parts).curve},
	{"ssl_ciphersuites.c", regexp.MustCompile(`\{\s*MBEDTLS_TLS\w+,\s*"(TLS[A-Z0-9-]+)"`), (*parts).suite},
	{"pk.c", regexp.MustCompile(`\bcase MBEDTLS_PK_(\w+):`), (*parts).key},
}

// oidHeader says what the OIDs of oid.c are; the rest of what tables include has
// been read with the checks.
const oidHeader = "mbedtls/oid.h"

// Parts reads a core's tables, those that it has.
func (t *tree) Parts() (core.Parts, error) {
	p, err := t.checks()
	if err != nil {
		return nil, err
	}
	out := &parts{rules: slices.Clone(p.rules), oids: map[string]*rule{}, curves: map[uint16]*rule{}, suites: map[string]*rule{}, keys: map[string]*rule{}}
	type found struct {
		add  func(p *parts, program *program, name string, r *rule)
		name string
		rule *rule
	}
	for _, table := range partFiles {
		var all []found
		p.text = func(line string, under guard) {
			for _, m := range table.entry.FindAllStringSubmatch(line, -1) {
				if r, ok := absent(p, under, m[1]); ok {
					all = append(all, found{table.add, m[1], r})
				}
			}
		}
		err := p.read(path.Join("..", "library", table.file), nil, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the core has no such part
		}
		if err == nil && len(all) == 0 {
			err = fmt.Errorf("core: %s/library/%s: no entry of its table was found", t.dir, table.file)
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
func absent(p *program, under guard, name string) (r *rule, ok bool) {
	var all *cexpr.Cond
	for _, b := range under {
		if includeGuard(b.asked.Cond) {
			continue
		}
		c := b.asked.Cond
		if !b.want {
			c = &cexpr.Cond{Op: cexpr.OpNot, A: c}
		}
		if all == nil {
			all = c
		} else {
			all = &cexpr.Cond{Op: cexpr.OpAnd, A: all, B: c}
		}
	}
	if all == nil {
		return nil, false
	}
	return &rule{message: name, reached: guard{{&asked{all, p.seq}, false}}, program: p}, true
}

// both has an entry that is in several tables be there where it is in all.
func (r *rule) both(other *rule) *rule {
	a, b := r.reached[0].asked, other.reached[0].asked
	if a.Cond.Text(cexpr.OpAnd) == b.Cond.Text(cexpr.OpAnd) {
		return other
	}
	some := *r
	some.reached = guard{{&asked{&cexpr.Cond{Op: cexpr.OpAnd, A: a.Cond, B: b.Cond}, max(a.seq, b.seq)}, false}}
	return &some
}

func (p *parts) oid(program *program, name string, r *rule) {
	bytes := program.bytes(name)
	if bytes == "" {
		return
	}
	if before, ok := p.oids[bytes]; ok {
		r = before.both(r)
	}
	p.oids[bytes] = r
}

func (p *parts) curve(_ *program, name string, r *rule) {
	if n, err := strconv.ParseUint(name, 10, 16); err == nil {
		p.curves[uint16(n)] = r
	}
}

func (p *parts) suite(_ *program, name string, r *rule) { p.suites[name] = r }

func (p *parts) key(_ *program, name string, r *rule) {
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

// Rules are the core's own, of the same reading: one of a part's
// may be mended with them.
func (p *parts) Rules() []options.Rule { return asRules(p.rules) }

// OID is violated where an object identifier (its DER without tag and length) is
// not read; ok is false where no condition stands before it, or the core does
// not have it.
func (p *parts) OID(der []byte) (options.Rule, bool) { return partOf(p.oids, string(der)) }

// Curve is OID for a curve by TLS's number.
func (p *parts) Curve(group uint16) (options.Rule, bool) { return partOf(p.curves, group) }

// Suite is OID for a suite by Mbed TLS's name.
func (p *parts) Suite(name string) (options.Rule, bool) { return partOf(p.suites, name) }

// Key is OID for a kind of key by Mbed TLS's name: "RSA", "ECKEY".
func (p *parts) Key(kind string) (options.Rule, bool) { return partOf(p.keys, kind) }

// partOf looks a part up.
func partOf[K comparable](all map[K]*rule, key K) (options.Rule, bool) {
	r, ok := all[key]
	return r, ok
}
