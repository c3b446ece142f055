package core

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"

	"tlslab/boards"
)

//go:embed port
var portFS embed.FS

// Builder builds images; it is safe for concurrent use.
type Builder struct {
	Cache *Cache
	Tools *Toolchain
	// Revision is a digest of this program: images built by another one are
	// put together anew (from cached objects).
	Revision string

	ctx        context.Context // outlives any one Build: work is shared between them
	portDir    string
	portDigest string
	scan       *scanner
	once       singleflight.Group
	slots      chan struct{} // processes at one time

	// Trust lets compilers run on a source that the user named where nothing
	// confines them (see confine.InForce).
	Trust bool

	compiled func(target, unit string) // told of every object made; for tests, may be nil
}

// NewBuilder lays the port's files out in the cache. Cancelling ctx stops all
// work; cancelling a Build's own context stops waiting for it.
func NewBuilder(ctx context.Context, cache *Cache, tools *Toolchain) (*Builder, error) {
	b := &Builder{Cache: cache, Tools: tools, ctx: ctx, scan: newScanner(),
		slots: make(chan struct{}, runtime.NumCPU())}
	files := map[string][]byte{}
	d := newDigest("port")
	err := fs.WalkDir(portFS, "port", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := portFS.ReadFile(p)
		files[strings.TrimPrefix(p, "port/")] = data
		d.addStrings(p).add(data)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("port: %w", err)
	}
	b.portDigest = d.sum()
	// An absolute path: compilers run in the source's directory.
	if b.portDir, err = filepath.Abs(filepath.Join(cache.Dir, "port", b.portDigest)); err != nil {
		return nil, fmt.Errorf("port: %w", err)
	}
	if cache.Dir, err = filepath.Abs(cache.Dir); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if _, err := os.Stat(b.portDir); err != nil {
		return b, writeTree(b.portDir, files)
	}
	return b, nil
}

// PortDigest is the hex SHA-256 of core/port.
func (b *Builder) PortDigest() string { return b.portDigest }

// Key identifies an image by everything it is built from.
func (b *Builder) Key(spec *Spec) (string, error) {
	d := newDigest("image").addStrings(b.Revision, spec.Source.Digest, b.portDigest, string(spec.Role), spec.WasmOpt, spec.ARMOpt)
	d.addStrings(b.Tools.Versions["clang"], b.Tools.Versions["wasm-ld"], fmt.Sprint(spec.StackBytes))
	d.addStrings(wasmFlags(spec.WasmOpt)...).addStrings(wasmLinkArgs("", spec.StackBytes, spec.Role)...)
	if spec.Role != Server && spec.Role != Primitives {
		d.add(scenarioC(spec.Material))
		if spec.Material.KeyLog {
			d.addStrings("key log")
		}
	}
	if spec.Material.Sample != nil {
		d.addStrings(fmt.Sprint(spec.Material.Sample.Required))
	}
	if spec.Board != nil {
		script, err := linkerScript(spec.Board.Name, spec.Board.Flash(), spec.Board.RAM(), spec.StackBytes, spec.HeapBytes)
		if err != nil {
			return "", err
		}
		d.add(script).addStrings(b.Tools.Versions["arm-none-eabi-gcc"], b.Tools.Versions[binutils.Name])
		d.addStrings(armLinkArgs("", "", armFlags(spec.Board.CPU, spec.Board.FPU, spec.Board.FloatABI, spec.ARMOpt))...).addStrings(spec.ARMFlags...)
	}
	if spec.Silent {
		d.addStrings("silent")
	}
	if spec.Firmware != nil {
		d.addStrings("firmware", fmt.Sprintf("%+v %+v", *spec.Firmware, spec.Firmware.UART))
	}
	d.add(spec.Header)
	if len(spec.HeaderDirs) > 0 {
		tmp := filepath.Join(b.Cache.Dir, "config", SHA256(spec.Header))
		if err := writeTree(tmp, map[string][]byte{"tlslab_config.h": spec.Header}); err != nil {
			return "", err
		}
		outside, err := b.headerClosure(spec, filepath.Join(tmp, "tlslab_config.h"))
		if err != nil {
			return "", err
		}
		d.addStrings(outside...)
	}
	return d.sum(), nil
}

// Build makes the image of spec, from the cache where it can. Errors are
// *BuildError (the configuration), *ToolError, or the cache's own.
func (b *Builder) Build(ctx context.Context, spec *Spec) (*Image, error) {
	key, err := b.Key(spec)
	if err != nil {
		return nil, err
	}
	if data, ok := b.Cache.Get("image", key); ok {
		img := new(Image)
		if json.Unmarshal(data, img) == nil {
			return img, nil
		}
	}
	img, err := b.build(ctx, spec)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(img)
	if err != nil {
		return nil, err
	}
	return img, b.Cache.Put("image", key, data)
}

func (b *Builder) build(ctx context.Context, spec *Spec) (*Image, error) {
	wasm := b.Tools.wasm(spec.WasmOpt, b.portDir)
	cfg, err := b.configure(ctx, spec, wasm)
	if err != nil {
		return nil, err
	}
	img := &Image{Options: cfg.options()}
	var wasmErr, armErr error
	var wg sync.WaitGroup
	if spec.Role != Primitives {
		wg.Go(func() { img.WASM, wasmErr = b.linkWASM(ctx, spec, wasm, cfg, sortedKeys(img.Options)) })
	}
	if spec.Board != nil {
		wg.Go(func() { armErr = b.linkARM(ctx, spec, img) })
	}
	wg.Wait()
	// Where both fail, always the same one is told.
	if err := cmp.Or(wasmErr, armErr); err != nil {
		return nil, err
	}
	img.Digest = SHA256(img.WASM)
	return img, nil
}

func (b *Builder) linkWASM(ctx context.Context, spec *Spec, t target, cfg *configured, options []string) ([]byte, error) {
	units, err := b.units(spec, spec.Role.program(), "boot_wasm.c")
	if err != nil {
		return nil, err
	}
	units = append(units, unit{name: "options.c", text: optionsC(options, !spec.Silent)})
	objects, err := b.objects(ctx, spec, t, cfg, units)
	if err != nil {
		return nil, err
	}
	return b.link(spec, "wasm-ld", func(out string) []string {
		return append(wasmLinkArgs(out, spec.StackBytes, spec.Role), objects...)
	})
}

// linkARM fills the image's Sizes and, where asked for, its Firmware and Frames.
func (b *Builder) linkARM(ctx context.Context, spec *Spec, img *Image) error {
	t := b.Tools.arm(spec, b.portDir)
	cfg, err := b.configure(ctx, spec, t)
	if err != nil {
		return err
	}
	var objects []string // of the last image linked
	link := func(flash, ram boards.Region, units []unit) ([]byte, error) {
		script, err := linkerScript(spec.Board.Name, flash, ram, spec.StackBytes, spec.HeapBytes)
		if err != nil {
			return nil, err
		}
		scriptKey := SHA256(script)
		if err := b.Cache.Put("script", scriptKey, script); err != nil {
			return nil, err
		}
		scriptPath, _ := b.Cache.File("script", scriptKey)
		if objects, err = b.objects(ctx, spec, t, cfg, units); err != nil {
			return nil, err
		}
		return b.link(spec, t.cc, func(out string) []string {
			return append(append(armLinkArgs(out, scriptPath, t.flags), objects...), "-lgcc")
		})
	}
	if spec.Role != Primitives {
		if img.Sizes, err = b.sizes(spec, link); err != nil {
			return err
		}
	}
	if spec.Firmware == nil {
		return nil
	}
	units, err := b.units(spec, append([]string{spec.Role.program(), "boot_firmware.c", "host_frame.c"}, spec.Firmware.linkPrograms()...)...)
	if err != nil {
		return err
	}
	units = append(units, unit{name: "options.c", text: optionsC(sortedKeys(img.Options), true)})
	if spec.Firmware.Link == LinkUART {
		text, err := uartC(spec.Firmware, spec.Board.ClockHz)
		if err != nil {
			return err
		}
		units = append(units, unit{name: "uart.c", text: text})
		script, err := linkerScript(spec.Board.Name, spec.Firmware.Code, spec.Firmware.Data, spec.StackBytes, spec.HeapBytes)
		if err != nil {
			return err
		}
		if objects, err = b.objects(ctx, spec, t, cfg, units); err != nil {
			return err
		}
		img.Identity = b.identity(objects, script)
		units = append(units, unit{name: "identity.c", text: identityC(img.Identity)})
	}
	if img.Firmware, err = link(spec.Firmware.Code, spec.Firmware.Data, units); err != nil {
		return err
	}
	var said map[string]Frame
	if len(t.frameFlags()) > 0 {
		if said, err = b.said(objects); err != nil {
			return err
		}
	}
	img.Frames, err = linkedFrames(img.Firmware, said)
	return err
}

// sizes links the image with TLS and the one without for the board itself.
func (b *Builder) sizes(spec *Spec, link func(flash, ram boards.Region, units []unit) ([]byte, error)) (*Sizes, error) {
	units, err := b.units(spec, spec.Role.program(), "boot_arm.c", "host_none.c")
	if err != nil {
		return nil, err
	}
	flash, ram := spec.Board.Flash(), spec.Board.RAM()
	full, err := link(flash, ram, append(units, unit{name: "options.c", text: optionsC(nil, false)}))
	if err != nil {
		return nil, err
	}
	empty, err := link(flash, ram, b.emptyUnits(spec))
	if err != nil {
		return nil, err
	}
	return measure(full, empty, spec)
}

// link runs a linker and returns what it wrote; the same objects and argv are
// linked once.
func (b *Builder) link(spec *Spec, tool string, args func(out string) []string) ([]byte, error) {
	key := newDigest("link").addStrings(b.Tools.Versions[tool], b.Tools.Versions[binutils.Name]).addStrings(args("")...).sum()
	v, err, _ := b.once.Do("link"+key, func() (any, error) {
		if data, ok := b.Cache.Get("linked", key); ok {
			return data, nil
		}
		err := b.Cache.Make("linked", key, func(out string) error {
			_, err := b.run(b.ctx, spec, nil, tool, args(out)...)
			return asLinkError(err)
		})
		if err != nil {
			return nil, err
		}
		data, ok := b.Cache.Get("linked", key)
		if !ok {
			return nil, errors.New("link: the linked image is gone from the cache")
		}
		return data, nil
	})
	if err != nil {
		return nil, err
	}
	return v.([]byte), nil
}
