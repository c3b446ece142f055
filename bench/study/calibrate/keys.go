package calibrate

import (
	_ "embed"
	"encoding/pem"
	"errors"

	"tlslab/certs"
)

//go:embed rsa4096.pem
var rsa4096 []byte

// rsa4096Name is the one key that no chain of certs has at its end.
const rsa4096Name = "rsa4096"

// Key returns an RSA key, PKCS #8: the leaf's of a chain of certs, or rsa4096.
func Key(name string) ([]byte, error) {
	if name == rsa4096Name {
		block, _ := pem.Decode(rsa4096)
		if block == nil {
			return nil, errors.New("rsa4096.pem: no PEM block")
		}
		return block.Bytes, nil
	}
	c, err := certs.Load(name, "")
	if err != nil {
		return nil, err
	}
	return c.KeyDER, nil
}
