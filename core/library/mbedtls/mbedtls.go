// Package mbedtls is Mbed TLS 2.16 to 3.6 as a core.Library: its releases, its
// files, its options and the rules between them, its suites and its errors. It is
// the only Go package that names what is Mbed TLS's.
package mbedtls

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"tlslab/core"
	"tlslab/core/library/mbedtls/dialect"
	"tlslab/core/options"
	"tlslab/internal/iana"
	"tlslab/internal/input"
)

// Library is Mbed TLS.
type Library struct{}

var title = dialect.Dialect.Title

func init() {
	dialect.Dialect.Found = func(dir string) bool {
		var unlike *core.UnlikeError
		_, err := Library{}.Find(dir)
		return !errors.As(err, &unlike)
	}
}

func (Library) Title() string { return title }

// pins are the cores that need no --core. Digests are of Debian's upstream
// tarballs, as their .dsc files state them.
var pins = []core.Pin{{
	Core: "mbedtls-2.28", Package: "mbedtls", Version: "2.28.3-1", Suite: "bookworm",
	File:   "mbedtls_2.28.3.orig.tar.gz",
	SHA256: "3b4953aa55a681e084d31892d9904cc5328d6b4958ea57b90ae4b4f94ae69a8d",
	Tree:   "40524baeb288f81586815ddbb9192b882b17889ceb075f330b47c00bf395e1a6",
}, {
	Core: "mbedtls-3.6", Package: "mbedtls", Version: "3.6.6-0.1~deb13u1", Suite: "trixie",
	File:   "mbedtls_3.6.6.orig.tar.bz2",
	SHA256: "8fb65fae8dcae5840f793c0a334860a411f884cc537ea290ce1c52bb64ca007a",
	Tree:   "5545cbf11060d0ed07a1522bc2c1efdce87b01cf2e542237c19dd086f9513741",
}}

func (Library) Pins() []core.Pin { return pins }

// tree is a tree of Mbed TLS.
type tree struct {
	dir, version string

	suites func() (map[string]iana.Suite, error) // readSuites, once: every case of a run calls it
}

func newTree(dir, version string) *tree {
	t := &tree{dir: dir, version: version}
	t.suites = sync.OnceValues(t.readSuites)
	return t
}

var versionString = regexp.MustCompile(`(?m)^#define MBEDTLS_VERSION_STRING\s+"([0-9A-Za-z.+-]{1,32})"`)

// Find takes a tree whose headers say that it is Mbed TLS's and whose generated
// files are there.
func (Library) Find(dir string) (*core.Found, error) {
	for _, sub := range []string{"tf-psa-crypto", "drivers/builtin"} { // of Mbed TLS 4, of TF-PSA-Crypto itself
		if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(sub))); err == nil && info.IsDir() {
			return nil, fmt.Errorf("a tree of Mbed TLS 4 or TF-PSA-Crypto (it has %s/): this lab builds 2.x and 3.x", sub)
		}
	}
	version := ""
	for _, f := range []string{"build_info.h", "version.h"} {
		data, err := input.Read(filepath.Join(dir, "include", "mbedtls", f), input.Source)
		if m := versionString.FindSubmatch(data); err == nil && m != nil {
			version = string(m[1])
			break
		}
	}
	if version == "" {
		return nil, &core.UnlikeError{Why: "not an Mbed TLS source: no include/mbedtls/version.h with MBEDTLS_VERSION_STRING"}
	}
	if err := generated(dir); err != nil {
		return nil, err
	}
	units, err := filepath.Glob(filepath.Join(dir, "library", "*.c"))
	if err != nil {
		return nil, err
	}
	for i, p := range units {
		units[i] = "library/" + filepath.Base(p)
	}
	return &core.Found{Version: version, Recipe: recipe(units), Tree: newTree(dir, version)}, nil
}

// probe includes the configuration the way the core's files do.
const probe = `#if __has_include("mbedtls/build_info.h")
#include "mbedtls/build_info.h"
#else
#include MBEDTLS_CONFIG_FILE
#endif
`

// prefix is what every option's name begins with.
const prefix = "MBEDTLS_"

// recipe compiles library/*.c, whose headers are in include/ and library/.
func recipe(units []string) *core.Recipe {
	return &core.Recipe{
		Units:       units,
		Dirs:        []string{"include", "library"},
		Flags:       []string{`-DMBEDTLS_CONFIG_FILE="` + core.ConfigName + `"`},
		Probe:       probe,
		ConfigFiles: configFiles,
		Own:         coreOwn,
		Option: func(macro string) bool {
			return strings.HasPrefix(macro, prefix) && !strings.Contains(macro, "(") && !strings.HasSuffix(macro, "_H") && macro != "MBEDTLS_CONFIG_FILE"
		},
		Prefix:    prefix,
		Port:      folder,
		Program:   portProgram,
		Reference: []byte(reference),
		// platform_util.c: const volatile memset_func
		Constant: map[string]string{"mbedtls_platform_zeroize": "memset"},
		Openings: openings,
		Apart:    apart,
	}
}

// configFiles are the headers that make up a configuration.
func configFiles(macros map[string]string) (files []string) {
	for _, f := range []string{"config.h", "mbedtls_config.h", "check_config.h", "build_info.h", "config_psa.h",
		"config_adjust_legacy_crypto.h", "config_adjust_legacy_from_psa.h", "config_adjust_psa_from_legacy.h",
		"config_adjust_psa_superset_legacy.h", "config_adjust_ssl.h", "config_adjust_x509.h"} {
		// In 2.x it is no part of a configuration that does not include it: then
		// psa/crypto_platform.h does, and its macros are not the configuration's.
		if _, ok := macros["MBEDTLS_CONFIG_PSA_H"]; !ok && f == "config_psa.h" {
			continue
		}
		files = append(files, "include/mbedtls/"+f)
	}
	return files
}

// Header is config.h until Mbed TLS 2.28, mbedtls_config.h from 3.0.
func (t *tree) Header() (name string, text []byte, err error) {
	for _, name := range []string{"include/mbedtls/mbedtls_config.h", "include/mbedtls/config.h"} {
		text, err := input.Read(filepath.Join(t.dir, filepath.FromSlash(name)), input.Source)
		if err == nil {
			return name, text, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", nil, fmt.Errorf("core: %w", err)
		}
	}
	return "", nil, fmt.Errorf("core %s: has no configuration header of its own", t.dir)
}

// Options is the catalogue of the header's options, with our data on them.
func (t *tree) Options() (*options.Catalogue, error) {
	notes, err := loadNotes()
	if err != nil {
		return nil, err
	}
	_, data, err := t.Header()
	if err != nil {
		return nil, fmt.Errorf("options: %w", err)
	}
	all := parseHeader(data)
	missing := maps.Clone(notes)
	for i, o := range all {
		all[i].Note, all[i].Noted = notes[o.Name]
		delete(missing, o.Name)
	}
	rules, err := t.rules()
	if err != nil {
		return nil, err
	}
	return options.New(t.version, options.Library{Title: title, Prefix: prefix, Missing: slices.Sorted(maps.Keys(missing)), Releases: releases(),
		Mend: func(rules []options.Rule, macros map[string]string, may func(string, bool) bool) (on, off []string, err error) {
			own := make([]*rule, len(rules))
			for i, r := range rules {
				own[i] = r.(*rule)
			}
			return mend(own, macros, may)
		}}, all, asRules(rules)), nil
}

// generated tells a checkout whose generated files were never made. Releases
// have them; the tree's own scripts are for its user to run, not for us.
func generated(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "scripts", "generate_errors.pl")); err != nil {
		return nil // then nothing in the tree makes them
	}
	_, err := os.Stat(filepath.Join(dir, "library", "error.c"))
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("library/error.c and the other generated files are missing, as in a fresh git checkout; " +
			"run `make generated_files` there (perl, python3 and what scripts/basic.requirements.txt names), or take the release's archive")
	}
	return err
}
