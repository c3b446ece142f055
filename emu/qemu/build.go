package qemu

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"tlslab/core"
	"tlslab/core/build"
	"tlslab/internal/cache"
)

//go:embed plugin
var pluginFS embed.FS

// Program is the emulator.
const Program = "qemu-system-arm"

// Tools are what this machine needs beside build.BuildTools.
var Tools = []build.Tool{{Name: Program, Package: "qemu-system-arm", Use: "runs firmware of boards (--machine qemu)"}}

// pluginTimeout bounds the compilation of a plugin of 400 lines: a second, and
// minutes where the machine is loaded.
const pluginTimeout = 5 * time.Minute

// pluginArgs is clang's argv for the plugin. It needs no headers of the host
// and no start-up files: what it calls is in the emulator's process.
func pluginArgs(out, source string) []string {
	return []string{"-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fPIC", "-fvisibility=hidden",
		"-shared", "-nostdlib", "-fuse-ld=lld", "-o", out, source}
}

// pluginInputs make the plugin for this machine.
type pluginInputs struct {
	Args    []string
	Sources map[string][]byte
	// Compiler is the digest of its file: what it makes runs on this machine alone.
	Compiler string
}

var plugins = cache.NewKind[pluginInputs]("plugin")

// pluginFiles are the plugin's sources.
func pluginFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(pluginFS, "plugin", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files[path], err = pluginFS.ReadFile(path)
		return err
	})
	return files, err
}

// PluginDigest is the hex SHA-256 of the plugin's sources and of how they are
// compiled.
func PluginDigest() (string, error) {
	files, err := pluginFiles()
	return plugins.Key(pluginInputs{Args: pluginArgs("", ""), Sources: files}), err
}

// buildPlugin compiles the plugin for this machine, once, and returns its path.
func buildPlugin(ctx context.Context, store *core.Cache) (string, error) {
	in := pluginInputs{Args: pluginArgs("", "")}
	var err error
	if in.Sources, err = pluginFiles(); err != nil {
		return "", err
	}
	compiler, err := exec.LookPath("clang")
	if err == nil {
		in.Compiler, err = store.FileDigest(compiler)
	}
	if err != nil {
		return "", &core.ToolError{Tool: "clang", Install: build.InstallCommand([]string{"clang"}), Err: err}
	}
	key := plugins.Key(in)
	if path, ok := store.File(plugins.Name(), key); ok {
		return path, nil
	}
	dir, remove, err := cache.Scratch("plugin")
	if err != nil {
		return "", err
	}
	defer remove()
	files, err := fs.Sub(pluginFS, "plugin")
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, files); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, pluginTimeout)
	defer cancel()
	err = store.Make(plugins.Name(), key, func(out string) error {
		cmd := exec.CommandContext(ctx, "clang", pluginArgs(out, filepath.Join(dir, "counts.c"))...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
		if text, err := cmd.CombinedOutput(); err != nil {
			return &core.ToolError{Tool: "clang", Err: fmt.Errorf("QEMU plugin: %w", err), Output: strings.TrimSpace(string(text))}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	path, ok := store.File(plugins.Name(), key)
	if !ok {
		return "", fmt.Errorf("QEMU plugin: gone from the cache")
	}
	return path, nil
}
