package measure

import (
	"crypto/x509"
	"fmt"
	"path/filepath"
	"strconv"

	"tlslab/bench/lab"
	"tlslab/certs"
	"tlslab/profiles"
)

// mpiMaxSize is MPI_MAX_SIZE where a configuration does not say it, bytes.
const mpiMaxSize = 1024

// rootFault says which of a job's roots the client can't parse and why, where
// the core's error does not: a key longer than the numbers it can have. "" is
// that none is.
func rootFault(p *profiles.Profile, j *lab.Job) string {
	chain, err := certs.Load(j.Scenario.Chain, "")
	if err != nil {
		return ""
	}
	if why := tooLong(j, "the scenario's root", [][]byte{chain.RootDER}); why != "" {
		return why
	}
	paths, err := p.CAPaths()
	if err != nil {
		return ""
	}
	for _, path := range paths {
		if ca, err := certs.LoadUserPEM(path); err == nil {
			if why := tooLong(j, filepath.Base(path), ca.DER); why != "" {
				return why
			}
		}
	}
	return ""
}

// tooLong finds an RSA key that a job's configuration has no room for.
func tooLong(j *lab.Job, where string, ders [][]byte) string {
	macros, err := profiles.Effective(j.Variant, j.Scenario)
	if err != nil {
		return ""
	}
	most := mpiMaxSize
	if n, err := strconv.Atoi(macros[j.Scenario.Dialect().Full("MPI_MAX_SIZE")]); err == nil {
		most = n
	}
	for i, der := range ders {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			continue
		}
		if n := certs.RSABytes(c); n > most {
			return fmt.Sprintf("%s: certificate %d, %s: its key of %d bytes is longer than MPI_MAX_SIZE, %d", where, i+1, certs.Subject(c), n, most)
		}
	}
	return ""
}
