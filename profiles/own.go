package profiles

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tlslab/internal/input"
	"tlslab/profiles/header"
)

// origin is the header that a configuration starts from: the user's own or the
// core's.
type origin struct {
	file    string         // as errors name it
	text    []byte         // nil where it is the core's, and no core was handed in
	read    *header.Header // nil as text
	dirs    []string       // where its own #include "..." are looked for
	partial bool           // it includes the core's header, and no core was handed in
}

// rtthread is the lab's stand-in (core/port/include); it includes what the
// package's menuconfig writes, where that is there.
const rtthread, rtconfig = "rtthread.h", "rtconfig.h"

// known are headers that the lab brings (core/port/include) or the compiler.
var known = []string{"assert.h", "dirent.h", "errno.h", "float.h", "inttypes.h", "iso646.h", "limits.h", rtthread, "stdalign.h",
	"stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "stdnoreturn.h", "string.h", "sys/stat.h", "sys/time.h", "sys/types.h", "time.h"}

// readOrigin reads a header with what it includes, from its own directory and
// dirs. core may be nil.
func readOrigin(d *Dialect, file string, text []byte, dirs []string, core *Core) (*origin, error) {
	o := &origin{file: file, text: text, dirs: dirs}
	find := func(from, name string) (string, []byte, error) {
		for _, dir := range append([]string{filepath.Dir(from)}, dirs...) {
			path := filepath.Join(dir, name)
			if filepath.IsAbs(name) {
				path = name
			}
			info, err := os.Stat(path)
			if err != nil || !info.Mode().IsRegular() {
				continue
			}
			if info.Size() > header.Most {
				return "", nil, fmt.Errorf("%s: %d bytes: more than %d", path, info.Size(), header.Most)
			}
			text, err := input.Read(path, header.Most)
			return path, text, err
		}
		switch {
		case slices.Contains(d.Header.Own, name) && core != nil:
			return core.File, core.Header, nil
		case name == rtthread:
			for _, dir := range dirs {
				if _, err := os.Stat(filepath.Join(dir, rtconfig)); err == nil {
					return rtthread, []byte("#include \"" + rtconfig + "\"\n"), nil
				}
			}
		}
		below := func(dir string) bool { return strings.HasPrefix(name, dir) }
		if slices.Contains(known, name) || slices.Contains(d.Header.Brings, name) || slices.ContainsFunc(d.Header.BringsBelow, below) {
			return "", nil, header.ErrOutside
		}
		return "", nil, fs.ErrNotExist
	}
	h, err := header.Read(file, text, find, d.Header.About)
	if err != nil {
		return nil, err
	}
	o.read = h
	if why := d.Header.Foreign(h); why != "" {
		return nil, errors.New(why)
	}
	for _, m := range h.Missing {
		return nil, fmt.Errorf("%s:%d: includes %q, which is not there: put it, or an empty file of this name, beside the header, or name its directory in header_dirs", m.File, m.Line, m.Name)
	}
	o.partial = core == nil && slices.ContainsFunc(h.Outside, func(name string) bool { return slices.Contains(d.Header.Own, name) })
	if len(o.macros(d)) == 0 && !o.partial {
		return nil, fmt.Errorf("%s: not a configuration header: it defines no macro that begins with %s", file, d.Prefix)
	}
	return o, nil
}

// macros are the library's options that the header leaves defined.
func (o *origin) macros(d *Dialect) list {
	var l list
	if o.read == nil {
		return nil
	}
	for _, m := range o.read.Macros {
		if d.Mine(m.Name) {
			l = append(l, Macro{Name: m.Name, Value: m.Value, At: fmt.Sprintf("%s:%d", m.File, m.Line), Maybe: m.Maybe})
		}
	}
	for _, m := range o.read.Params {
		if d.Mine(m.Name) {
			l = append(l, Macro{Name: m.Name, At: fmt.Sprintf("%s:%d", m.File, m.Line), Maybe: m.Maybe, Params: true})
		}
	}
	return l
}

// IncludesCheck is where a configuration's own header has itself checked: "" is
// nowhere, or under a condition that the text can't tell.
func (v *Variant) IncludesCheck() string {
	if v.origin == nil || v.origin.read == nil {
		return ""
	}
	for _, m := range v.origin.read.Surely {
		if slices.Contains(v.Settings.Dialect().Header.CheckNames, m.Name) {
			return fmt.Sprintf("%s:%d", m.File, m.Line)
		}
	}
	return ""
}
