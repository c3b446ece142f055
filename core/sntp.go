package core

// SNTP has the client set its clock over the network before TLS
// (port/mbedtls/client_sntp.h).
type SNTP struct {
	Requests  uint32 // most that are sent
	TimeoutMS uint32 // first wait for an answer; doubled each time
	ZoneS     int32  // added to what the server says
}
