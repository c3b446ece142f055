#include "scenario.h"
const char tlslab_hostname[] = "";
const char tlslab_request[] = "";
const uint32_t tlslab_request_len = 0;
const char tlslab_root[] = {0};
const uint32_t tlslab_root_len = 0;
const unsigned char tlslab_psk[] = {1,2,0};
const uint32_t tlslab_psk_len = 3;
const unsigned char tlslab_psk_identity[] = {67,108,105,101,110,116,95,105,100,101,110,116,105,116,121};
const uint32_t tlslab_psk_identity_len = 15;
