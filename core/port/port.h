/* The whole contract between a guest and its host.
 *
 * A guest imports these eight functions from module "tlslab" and nothing
 * else. On the WASM machine they are host functions; on other machines the
 * same calls travel as frames. The Go side is emu.Host; a test holds the two
 * together. All integers are little-endian, all strings UTF-8 without NUL. */
#ifndef TLSLAB_PORT_H
#define TLSLAB_PORT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__wasm__)
#define TLSLAB_IMPORT(name) \
    __attribute__((import_module("tlslab"), import_name(#name)))
#define TLSLAB_EXPORT(name) __attribute__((export_name(#name)))
#else
#define TLSLAB_IMPORT(name)
#define TLSLAB_EXPORT(name) __attribute__((used))
#endif

/* Fills buf with seeded entropy; 0, or -1 when the source failed. */
TLSLAB_IMPORT(host_entropy) int32_t host_entropy(void *buf, uint32_t len);
/* Virtual time in microseconds; never goes back. */
TLSLAB_IMPORT(host_monotonic_us) int64_t host_monotonic_us(void);
/* The calendar clock: seconds since 1970-01-01 UTC. */
TLSLAB_IMPORT(host_rtc_s) int64_t host_rtc_s(void);
/* Queues bytes on the wire; how many were taken, or TLSLAB_RECV_ERROR. On a
 * wire of datagrams each call is one datagram, whole or (longer than the MTU)
 * refused with TLSLAB_RECV_ERROR; that it was taken does not say it arrives. */
TLSLAB_IMPORT(host_send) int32_t host_send(const void *buf, uint32_t len);
/* Takes what has arrived: > 0 bytes, or a TLSLAB_RECV_* value.
 * timeout_ms 0 waits without limit. On a wire of datagrams it takes one, and
 * what buf has no room for is lost; TLSLAB_RECV_EOF never comes; a host_send in
 * between ends a wait, the next host_recv begins a new one. */
TLSLAB_IMPORT(host_recv) int32_t host_recv(void *buf, uint32_t len, uint32_t timeout_ms);
/* Reports progress; kind is TLSLAB_EVENT_*, payload as said there. */
TLSLAB_IMPORT(host_event) void host_event(uint32_t kind, const void *payload, uint32_t len);
/* Text for people; level 0 (none) to 4 (verbose). */
TLSLAB_IMPORT(host_log) void host_log(uint32_t level, const char *text, uint32_t len);
/* Ends the guest; does not return. A run that ends so has failed. */
TLSLAB_IMPORT(host_exit) void host_exit(int32_t code);

#define TLSLAB_RECV_EOF 0          /* the peer closed its side */
#define TLSLAB_RECV_WOULD_BLOCK -1 /* return from the step and be called again */
#define TLSLAB_RECV_TIMEOUT -2     /* timeout_ms passed */
#define TLSLAB_RECV_ERROR -3       /* the wire broke */

/* Events. Payloads are uint32_t words unless said otherwise. */
#define TLSLAB_EVENT_OPTIONS 1   /* text: "NAME\n" or "NAME VALUE\n" an option */
#define TLSLAB_EVENT_PHASE 2     /* phase, heap live B, heap peak B of the phase that ends, allocations, arena high-water B */
#define TLSLAB_EVENT_CONNECTED 3 /* cipher suite (IANA number), version as on the wire */
#define TLSLAB_EVENT_ERROR 4     /* -ret of the library's call, X.509 verify flags, phase */
#define TLSLAB_EVENT_DONE 5      /* heap peak B, heap live B, allocations, arena high-water B, application bytes read */
#define TLSLAB_EVENT_VERIFY 6    /* X.509 verify flags */
#define TLSLAB_EVENT_ALLOC 7     /* bytes of the allocation that failed, heap live B */
#define TLSLAB_EVENT_STACK 8     /* depth of the deepest stack byte written (by painting; after DONE; not on every machine) */
#define TLSLAB_EVENT_CLOCK 9     /* whether the calendar clock was set, requests sent, answers refused, why the last of these (tlslab_clock_refusal), seconds added to host_rtc_s: low word, high word */
#define TLSLAB_EVENT_KEYLOG 10   /* text: "LABEL CLIENT_RANDOM SECRET", a line of a key log */

/* What a guest does, in TLS's own words (RFC 5246 section 7.3). A number stays
 * what it is: new phases go to the end. */
enum tlslab_phase {
    PHASE_INIT = 0,
    PHASE_PARSE_CA = 1,
    PHASE_CLIENT_HELLO = 2,
    PHASE_SERVER_HELLO = 3,
    PHASE_SERVER_CERTIFICATE = 4,
    PHASE_SERVER_KEY_EXCHANGE = 5,
    PHASE_CERTIFICATE_REQUEST = 6,
    PHASE_SERVER_HELLO_DONE = 7,
    PHASE_CLIENT_CERTIFICATE = 8,
    PHASE_CLIENT_KEY_EXCHANGE = 9,
    PHASE_CERTIFICATE_VERIFY = 10,
    PHASE_CLIENT_CHANGE_CIPHER_SPEC = 11,
    PHASE_CLIENT_FINISHED = 12,
    PHASE_NEW_SESSION_TICKET = 13,
    PHASE_SERVER_CHANGE_CIPHER_SPEC = 14,
    PHASE_SERVER_FINISHED = 15,
    PHASE_WRAPUP = 16,
    PHASE_HANDSHAKE_OTHER = 17,
    PHASE_APP_WRITE = 18,
    PHASE_APP_READ = 19,
    PHASE_CLOSE = 20,
    PHASE_END = 21, /* nothing after it; closes the last phase */
    PHASE_FIRST_CONNECTION = 22, /* all of a connection whose session is then resumed */
    PHASE_TIME_SYNC = 23,        /* the calendar clock is set, before TLS */
    PHASE_RENEGOTIATION = 24,
    PHASE_ENCRYPTED_EXTENSIONS = 25, /* from here on TLS 1.3's own (RFC 8446, 4) */
    PHASE_SERVER_CERTIFICATE_VERIFY = 26,
    PHASE_HELLO_RETRY_REQUEST = 27,
    PHASE_PARSE_OWN = 28, /* a server's own certificates and key */
    PHASE_KEY_DERIVATION = 29, /* secrets and traffic keys from the shared secret (RFC 5246, 8.1; RFC 8446, 7.1) */
    PHASE_KEY_EXCHANGE = 30    /* a key share made, or the secret computed from the peer's, outside a message of its own */
};

/* Why an answer of a time server was refused (RFC 4330, 5). */
enum tlslab_clock_refusal {
    CLOCK_LENGTH = 1,         /* not 48 bytes */
    CLOCK_ORIGINATE = 2,      /* not to the request under way */
    CLOCK_MODE = 3,           /* not a server's */
    CLOCK_VERSION = 4,        /* not the request's */
    CLOCK_KISS = 5,           /* stratum 0: the server asks not to be asked (RFC 4330, 8) */
    CLOCK_UNSYNCHRONISED = 6, /* the server does not know the time itself */
    CLOCK_ZERO = 7,           /* no transmit timestamp */
    CLOCK_DELAY = 8           /* sent before it was asked, or longer under way than was waited */
};

/* What one step of a guest came to. */
enum tlslab_status { STATUS_READY = 0, STATUS_BLOCKED = 1, STATUS_DONE = 2 };

/* The guest's side: boot once, then step until STATUS_DONE. */
TLSLAB_EXPORT(tlslab_boot) void tlslab_boot(uint32_t arena_bytes);
TLSLAB_EXPORT(tlslab_step) int32_t tlslab_step(void);

#endif
