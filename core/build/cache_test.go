package build

import (
	"bytes"
	"context"
	"os/exec"
	"testing"

	"tlslab/core"
	"tlslab/internal/confine"
)

// TestSharedCache: a confined tool reads an entry while another command makes the
// same one again and again: what a tool is confined to is a file, not its name.
func TestSharedCache(t *testing.T) {
	if confine.InForce() != confine.Landlock {
		t.Skip("nothing binds a tool to a file here")
	}
	ours, theirs := &core.Cache{Dir: t.TempDir()}, new(core.Cache)
	theirs.Dir = ours.Dir
	const kind = "object"
	key, data := core.SHA256([]byte("key")), bytes.Repeat([]byte("entry\n"), 1000)
	if err := ours.Put(kind, key, data); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		var err error
		for ctx.Err() == nil && err == nil {
			err = theirs.Put(kind, key, data)
		}
		ended <- err
	}()
	for range 100 {
		path, ok := ours.File(kind, key)
		if !ok {
			t.Fatal("the entry is gone")
		}
		cmd := exec.Command("cat", path)
		var out, words bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &words
		if err := confine.Run(ctx, cmd, &confine.Reach{Run: confine.Programs("cat"), Read: []string{path}}); err != nil || !bytes.Equal(out.Bytes(), data) {
			t.Errorf("%v: %s", err, &words)
			break
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
