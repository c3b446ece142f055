package core

// Verify is how a client judges certificates, where a scenario has a say in it.
type Verify struct {
	CRL      []byte // PEM or DER; empty: none
	CRLIsPEM bool
	Profile  string // "": the library's default; "next", "suiteb"; "weak": whatever it can verify
}
