package core

// SampleSettings are what the sample is told of its device (port/mbedtls/sample.h).
type SampleSettings struct {
	TickHz    int64  // of the RTOS
	HeapBytes uint32 // the arena
	// a certificate that can't be verified ends the connection:
	// MBEDTLS_SSL_VERIFY_REQUIRED in place of the manual's default
	Required bool
}
