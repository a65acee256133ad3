// Command suite runs all of CloudPact in one process, and is the operator's
// command line.
package main

import (
	"os"

	"cloudpact.dev/services/suite/internal/cli"
)

func main() {
	os.Exit(cli.Run(os.Args[1:], cli.Streams{Out: os.Stdout, Err: os.Stderr}))
}
