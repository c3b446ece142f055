/* Who asks for a second handshake within a connection (RFC 5746); both ends use
 * these numbers. */
#ifndef TLSLAB_RENEGOTIATE_H
#define TLSLAB_RENEGOTIATE_H

enum { RENEGOTIATE_CLIENT = 1, RENEGOTIATE_SERVER = 2 };

#endif
