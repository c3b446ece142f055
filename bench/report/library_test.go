package report

import _ "tlslab/core/library/mbedtls/dialect" // profiles read and write a library's configurations
