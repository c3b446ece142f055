/* What a scenario asks of the client beyond a handshake with a certificate or
 * a key. Where it asks for nothing it all comes to nothing. core/build generates
 * what is declared here and defines a macro for each feature. A feature is in
 * client_NAME.c, or in client_extensions.c, or in client_features.c.
 * TLSLAB_EXTENSIONS is defined if one of them is in client_extensions.c. */
#ifndef TLSLAB_CLIENT_FEATURES_H
#define TLSLAB_CLIENT_FEATURES_H

#include "tls.h"

#if defined(TLSLAB_FEATURES)

extern const unsigned char tlslab_password[]; /* of ECJPAKE */
extern const uint32_t tlslab_password_len;
extern const uint32_t tlslab_version; /* the one to speak, as TLS numbers it; 0: the core's own */
extern const uint32_t tlslab_arc4;    /* offers RC4, which the core refuses unless told */
extern const char *const tlslab_alpn[];    /* protocols to offer, NULL after the last */
extern const char tlslab_alpn_agreed[];    /* the one the server is to choose */
extern const uint32_t tlslab_max_fragment; /* MBEDTLS_SSL_MAX_FRAG_LEN_* */

int features_conf(mbedtls_ssl_config *conf);  /* before mbedtls_ssl_setup */
int features_setup(mbedtls_ssl_context *ssl); /* after it */

#else

#define features_conf(conf) 0
#define features_setup(ssl) 0

#endif

#if defined(TLSLAB_CERT)

/* The client's certificates, leaf first, one after the other: each PEM with its
 * NUL, or DER. A length of 0 ends them. */
extern const unsigned char tlslab_own_chain[];
extern const uint32_t tlslab_own_chain_lens[];
extern const unsigned char tlslab_own_key[]; /* the leaf's private key, in the same format */
extern const uint32_t tlslab_own_key_len;

int client_cert_conf(mbedtls_ssl_config *conf);
void client_cert_free(void);

#else

#define client_cert_conf(conf) 0
#define client_cert_free() ((void) 0)

#endif

#if defined(TLSLAB_EXTENSIONS)

int extensions_conf(mbedtls_ssl_config *conf);
/* After the handshake: an error where the server did not agree. Only what an
 * application would look at itself; the reference server looks at the rest. */
int extensions_agreed(mbedtls_ssl_context *ssl);

#else

#define extensions_conf(conf) 0
#define extensions_agreed(ssl) 0

#endif

#if defined(TLSLAB_RENEGOTIATE)

extern const uint32_t tlslab_renegotiate; /* RENEGOTIATE_* (renegotiate.h) */

void renegotiation_conf(mbedtls_ssl_config *conf);
/* Whether the second handshake is over; until then *ret is what its last step
 * came to. */
int renegotiated(mbedtls_ssl_context *ssl, int *ret);

#else

#define renegotiation_conf(conf) ((void) 0)
#define renegotiated(ssl, ret) 1

#endif

#if defined(TLSLAB_RESUME)

extern const uint32_t tlslab_resume; /* RESUME_* (resume.h) */

/* Whether the first connection is over and the handshake may begin that takes
 * it up; until then *ret is what its last step came to. */
int resume_ready(mbedtls_ssl_context *ssl, int *ret);
/* After that handshake: an error where it took up nothing. */
int resume_agreed(mbedtls_ssl_context *ssl);
void resume_free(void);
#include "resume.h"
#if defined(TLSLAB_RESUME_PSK)
void resume_conf(mbedtls_ssl_config *conf); /* before mbedtls_ssl_setup */
#else
#define resume_conf(conf) ((void) 0)
#endif

#else

#define resume_ready(ssl, ret) 1
#define resume_agreed(ssl) 0
#define resume_conf(conf) ((void) 0)
#define resume_free() ((void) 0)

#endif

#if defined(TLSLAB_VERIFY)

/* The list of revoked certificates, PEM with its NUL or DER; length 0: none. */
extern const unsigned char tlslab_crl[];
extern const uint32_t tlslab_crl_len;
#if defined(MBEDTLS_X509_CRT_PARSE_C)
extern const mbedtls_x509_crt_profile *const tlslab_cert_profile; /* NULL: the core's own */

int client_verify_conf(mbedtls_ssl_config *conf, mbedtls_x509_crt *roots);
#endif
void client_verify_free(void);

#else

#define client_verify_conf(conf, roots) 0
#define client_verify_free() ((void) 0)

#endif

#endif
