package core

import "fmt"

// SNTP has the client set its clock over the network before TLS
// (port/client_sntp.h).
type SNTP struct {
	Requests  uint32 // most that are sent
	TimeoutMS uint32 // first wait for an answer; doubled each time
	ZoneS     int32  // added to what the server says
}

// c is the settings as the client has them compiled in.
func (s *SNTP) c() string {
	return fmt.Sprintf("#define TLSLAB_SNTP 1\n#include \"client_sntp.h\"\nconst struct sntp_settings tlslab_sntp = {%d,%d,%d};\n",
		s.Requests, s.TimeoutMS, s.ZoneS)
}
