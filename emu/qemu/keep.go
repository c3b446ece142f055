package qemu

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"tlslab/core"
)

// tapeBytes bounds what is kept of the answers to a guest. A handshake's are
// some hundred kilobytes.
const tapeBytes = 32 << 20

// tape keeps what the guest was answered: with the same answers it does the
// same again.
type tape struct {
	mu sync.Mutex
	b  []byte
}

func (t *tape) add(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p[:min(len(p), tapeBytes-len(t.b))]...)
}

func (t *tape) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b
}

// again is the script that runs a kept guest once more.
const again = `#!/bin/sh
# Runs the guest once more: its answers are in %[1]s, what it says goes to %[2]s.
# Nothing confines it: it can use your files. %[3]s takes more arguments (-s -S for a debugger).
from=$(cd "$(dirname "$0")" && pwd) && run=$(mktemp -d) && cd "$run" &&
cp "$from/%[4]s" "$from/%[1]s" . && : >%[2]s && echo "in $run:" >&2 && set -x &&
exec %[5]s "$@"
`

// kept are guests that failed: for people, nothing is read from there.
const kept = "failed"

// keep leaves the guest with all it was told in the cache and returns the
// script that runs it again.
func (g *Guest) keep() (script string, err error) {
	answers := g.process.tape.bytes()
	m := g.machine
	argv := append([]string{m.program}, argv(m.stand, imageName, "", 0, false)...)
	text := fmt.Appendf(nil, again, fifoFromHost, fifoToHost, Program, imageName, strings.Join(argv, " "))
	key := core.SHA256(slices.Concat(text, g.firmware, answers))
	dir, err := m.cache.Tree(kept, key, map[string][]byte{imageName: g.firmware, fifoFromHost: answers, "again": text})
	return filepath.Join(dir, "again"), err
}
