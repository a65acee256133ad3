package cli

import (
	"context"
	"fmt"
	"time"

	"cloudpact.dev/services/kit/config"
	"cloudpact.dev/services/suite/internal/stack"
)

// configure reads the configuration: defaults, then the file, then the
// environment, then the command line.
func (c *command) configure() (stack.Config, error) {
	cfg, err := config.Load(stack.Default(), config.Source{File: c.ConfigFile})
	if err != nil {
		return cfg, err
	}
	if c.Data != "" {
		cfg.Data = c.Data
	}
	return cfg, nil
}

type configCmd struct{}

// Run prints the reference of all settings.
func (*configCmd) Run(out Streams) error {
	entries, err := config.Describe(stack.Default())
	if err != nil {
		return err
	}
	return config.Text(out.Out, entries)
}

type migrateCmd struct {
	Target []string `help:"Whose databases: all, billing, sla, compliance, token." default:"all"`
}

// Run opens the databases, which brings their schemas up to date, and closes
// them without serving.
func (m *migrateCmd) Run(ctx context.Context, c *command, out Streams) error {
	cfg, err := c.configure()
	if err != nil {
		return err
	}
	names, err := stack.Migrate(ctx, cfg, m.Target...)
	for _, n := range names {
		fmt.Fprintf(out.Out, "%s: schema up to date\n", n)
	}
	return err
}

// stopTime is how long a command waits for its services to end.
const stopTime = 30 * time.Second
