package cli

import "context"

type benchCmd struct{}

// Run measures.
func (*benchCmd) Run(ctx context.Context, c *command, out Streams) error { return nil }
