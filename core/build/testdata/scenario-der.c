#include "scenario.h"
const char tlslab_hostname[] = "h";
const char tlslab_request[] = "";
const uint32_t tlslab_request_len = 0;
const char tlslab_root[] = {48,130,0};
const uint32_t tlslab_root_len = 3;
const unsigned char tlslab_psk[] = {0};
const uint32_t tlslab_psk_len = 0;
const unsigned char tlslab_psk_identity[] = {0};
const uint32_t tlslab_psk_identity_len = 0;
