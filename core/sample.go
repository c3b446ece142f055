package core

import "fmt"

// SampleSettings are what the sample is told of its device (port/sample.h).
type SampleSettings struct {
	TickHz    int64  // of the RTOS
	HeapBytes uint32 // the arena
	Required  bool   // a certificate that can't be verified ends the connection: MBEDTLS_SSL_VERIFY_REQUIRED in place of the manual's default
}

// c is the settings as the sample has them compiled in.
func (s *SampleSettings) c() string {
	return fmt.Sprintf("#include \"sample.h\"\nconst uint32_t tlslab_heap_bytes = %d;\nconst uint32_t tlslab_tick_hz = %d;\n", s.HeapBytes, s.TickHz)
}
