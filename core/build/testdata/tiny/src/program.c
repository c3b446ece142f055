#include "port.h"
#include "scenario.h"
#include "tiny.h"

int32_t tlslab_step(void)
{
    uint32_t words[5] = { tiny_mix(tlslab_request_len), 0, 0, 0, 0 };

    host_event(TLSLAB_EVENT_DONE, words, sizeof(words));
    return STATUS_DONE;
}
