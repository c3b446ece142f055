package mbedtls

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"tlslab/internal/input"
)

// refusesFragments is what a DTLS server of the library says, where it takes no
// ClientHello in fragments, and the files that may say it: of 2.x, of 3.x.
const refusesFragments = "ClientHello fragmentation not supported"

var serverFiles = []string{"library/ssl_srv.c", "library/ssl_tls12_server.c"}

// TakesHelloFragments says whether a server of this core takes a ClientHello that
// came in several datagrams (RFC 6347, 4.2.3).
func (t *tree) TakesHelloFragments() (bool, error) {
	for _, name := range serverFiles {
		text, err := input.Read(filepath.Join(t.dir, filepath.FromSlash(name)), input.Source)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return false, fmt.Errorf("core: %w", err)
		case bytes.Contains(text, []byte(refusesFragments)):
			return false, nil
		}
	}
	return true, nil
}
