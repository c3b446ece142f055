#include "scenario.h"
const char tlslab_hostname[] = "localhost";
const char tlslab_request[] = "GET / HTTP/1.0\015\012\015\012";
const uint32_t tlslab_request_len = 18;
const char tlslab_root[] =
    "-----BEGIN\012"
    "abc\077\012"
    "-----END\012";
const uint32_t tlslab_root_len = 26;
const unsigned char tlslab_psk[] = {0};
const uint32_t tlslab_psk_len = 0;
const unsigned char tlslab_psk_identity[] = {0};
const uint32_t tlslab_psk_identity_len = 0;
