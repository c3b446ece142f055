package reject

import (
	"context"
	"slices"
	"strings"

	"tlslab/bench/lab"
	"tlslab/bench/results"
)

// Checks tries what a scenario says must be refused.
func Checks(ctx context.Context, p *lab.Prepared) ([]results.Check, error) {
	var out []results.Check
	for _, name := range p.Job.Scenario.Checks {
		a, err := tryOn(ctx, p, name)
		if err != nil {
			return nil, err
		}
		out = append(out, a.check)
	}
	return out, nil
}

// RefusalFlags are the X.509 flags by which each bad certificate is to be refused.
var RefusalFlags = map[string]string{
	"expired": "BADCERT_EXPIRED", "not-yet-valid": "BADCERT_FUTURE",
	"wrong-name": "BADCERT_CN_MISMATCH", "unknown-ca": "BADCERT_NOT_TRUSTED",
	"bad-signature": "BADCERT_NOT_TRUSTED", "not-a-ca": "BADCERT_NOT_TRUSTED",
	"wrong-key-usage": "BADCERT_KEY_USAGE", "wrong-ext-key-usage": "BADCERT_EXT_KEY_USAGE",
	"sha1-signed": "BADCERT_BAD_MD", "path-length": "BADCERT_NOT_TRUSTED",
	"revoked": "BADCERT_REVOKED", "weak-key": "BADCERT_BAD_KEY",
}

// refusalErrors are those that do as well: a client without SHA-1, or without
// RSA where the others are ECDSA, does not come to a verdict, as it can't read
// the signature.
var refusalErrors = map[string]string{
	"sha1-signed": unknownSignature, "weak-key": unknownSignature,
}

const unknownSignature = "MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG"

// Refusal reads how the run of a must-reject try ended. Refused for another
// reason than the certificate's own fault is marked: the check itself may be
// missing. The flag decides, not the error it comes with.
func Refusal(check, ended string) results.Check {
	c := results.Check{Name: check, Outcome: ended, Refused: true}
	flag := RefusalFlags[check]
	errs, flags, _ := strings.Cut(ended, ":")
	switch {
	case ended == results.OutcomeConnected:
		c.Outcome, c.Refused = results.OutcomeAccepted, false
	case refusalErrors[check] != "" && slices.Contains(strings.Split(errs, "+"), refusalErrors[check]):
	case flag == "" || !slices.Contains(strings.Split(flags, "+"), flag):
		c.Outcome, c.Refused = results.OutcomeOther+ended, false
	}
	return c
}
