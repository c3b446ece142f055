package core

import "fmt"

// Features are what a scenario asks of the client beyond a handshake with a
// certificate or a key (port/client_features.h).
type Features struct {
	Version  uint32 // the one to speak, as TLS numbers it: 0x0300 is SSLv3; 0: the core's own
	ARC4     bool   // it offers RC4, which the core refuses unless told
	Password []byte // of ECJPAKE; empty: none
}

// c is the features as the client has them compiled in.
func (f *Features) c() string {
	arc4 := 0
	if f.ARC4 {
		arc4 = 1
	}
	return fmt.Sprintf("#include \"client_features.h\"\nconst uint32_t tlslab_version = %d;\nconst uint32_t tlslab_arc4 = %d;\nconst unsigned char tlslab_password[] = {%s};\nconst uint32_t tlslab_password_len = %d;\n",
		f.Version, arc4, cBytes(f.Password), len(f.Password))
}
