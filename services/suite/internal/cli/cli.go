// Package cli is the operator's command line.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Streams are where a command reads and writes.
type Streams struct {
	Out, Err io.Writer
}

// command is the whole command line.
type command struct {
	ConfigFile string `name:"config" help:"Configuration file (YAML). CLOUDPACT_... in the environment overrides it; see 'suite config'." type:"path" placeholder:"FILE"`
	Data       string `help:"Folder of everything that is kept." placeholder:"DIR"`

	Serve    serveCmd    `cmd:"" default:"withargs" help:"Run the suite, or a part of it, until Ctrl-C. Without a command, this one."`
	Demo     demoCmd     `cmd:"" help:"Replay the demo contract in a temporary folder, print what followed, and exit."`
	Scenario scenarioCmd `cmd:"" help:"Play scenarios: contracts as YAML files."`
	Terms    termsCmd    `cmd:"" help:"Work with agreements as data."`
	Clause   clauseCmd   `cmd:"" help:"Show a clause: what it says, its policy, the core that executes it, the scenarios that show it."`
	Clock    clockCmd    `cmd:"" help:"Work with the clock of a sandbox provider."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the databases' schemas up to date, and exit."`
	Config   configCmd   `cmd:"" help:"Print every setting with its default and its name in file and environment."`
	Bench    benchCmd    `cmd:"" help:"Measure the suite on this machine, the engine's own ceiling beside each figure."`
}

const description = `CloudPact executes cloud-service agreements.

  suite                          run everything here, with the demo contract
  suite demo --json              what follows from the demo contract, as JSON
  suite scenario run FILE...     play contracts of your own
  suite terms lint DIR           check an agreement as data
  suite clause 'cpc/10(a)'       where a clause lives`

// Run runs the command line and answers with the exit code.
func Run(args []string, s Streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &command{}
	exit := -1
	parser, err := kong.New(c, kong.Name("suite"), kong.Description(description), kong.Writers(s.Out, s.Err),
		kong.Exit(func(code int) { exit = code }), kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s, c))
	if err != nil {
		fmt.Fprintln(s.Err, "suite:", err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 { // --help
		return exit
	}
	if err != nil {
		parser.FatalIfErrorf(err)
		return 2
	}
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(s.Err, "suite:", err)
		return 1
	}
	return 0
}
