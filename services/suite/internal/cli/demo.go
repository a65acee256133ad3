package cli

import (
	"context"
	"encoding/json"
	"errors"
)

type demoCmd struct {
	JSON bool `help:"Print the summary as one JSON document with every document, balance and deadline."`
}

// Run replays the demo without serving. The folder is temporary unless --data
// names one; then a replay that was killed goes on where it stopped.
func (d *demoCmd) Run(ctx context.Context, c *command, out Streams) (err error) {
	running, cfg, end, err := c.quiet(ctx, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	if !d.JSON {
		return demonstrate(ctx, cfg, running, out)
	}
	sum, err := replayed(ctx, cfg, running, out)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out.Out)
	enc.SetIndent("", "  ")
	return enc.Encode(sum)
}
