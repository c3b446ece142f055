package qemu

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"tlslab/core"
)

//go:embed plugin
var pluginFS embed.FS

// Program is the emulator.
const Program = "qemu-system-arm"

// Tools are what this machine needs beside core.BuildTools.
var Tools = []core.Tool{{Name: Program, Package: "qemu-system-arm", Use: "runs firmware of boards (--machine qemu)"}}

// pluginTimeout bounds the compilation of a plugin of 400 lines.
const pluginTimeout = time.Minute

// pluginArgs is clang's argv for the plugin. It needs no headers of the host
// and no start-up files: what it calls is in the emulator's process.
func pluginArgs(out, source string) []string {
	return []string{"-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fPIC", "-fvisibility=hidden",
		"-shared", "-nostdlib", "-fuse-ld=lld", "-o", out, source}
}

// pluginDigest is the hex SHA-256 of the plugin's sources and of how they are
// compiled.
func pluginDigest() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, pluginArgs("", ""))
	err := fs.WalkDir(pluginFS, "plugin", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := pluginFS.ReadFile(path)
		fmt.Fprintln(h, path, len(data))
		h.Write(data)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

// buildPlugin compiles the plugin for this machine, once, and returns its path.
func buildPlugin(ctx context.Context, cache *core.Cache, digest string) (string, error) {
	if path, ok := cache.File("plugin", digest); ok {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "tlslab-plugin-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	files, err := fs.Sub(pluginFS, "plugin")
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, files); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, pluginTimeout)
	defer cancel()
	err = cache.Make("plugin", digest, func(out string) error {
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
	path, ok := cache.File("plugin", digest)
	if !ok {
		return "", fmt.Errorf("QEMU plugin: gone from the cache")
	}
	return path, nil
}
