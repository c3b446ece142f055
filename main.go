// Command tlslab measures what TLS configurations cost on embedded boards.
package main

import (
	"os"

	"tlslab/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
