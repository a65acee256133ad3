package cli

import (
	"context"
	"encoding/json"
	"errors"

	"cloudpact.dev/services/suite/internal/replay"
	"cloudpact.dev/services/suite/internal/stack"
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
	return d.json(ctx, cfg, running, out)
}

func (d *demoCmd) json(ctx context.Context, cfg stack.Config, running *stack.Stack, out Streams) error {
	p := newProgress(out.Err, "replaying the demo contract")
	r := &replay.Replay{Caller: stack.Caller{Directory: running.Directory}, Token: running.Token, Data: cfg.Data, Step: p.step}
	err := r.Run(ctx)
	p.end()
	if err != nil {
		return err
	}
	token, err := running.Token("operator")
	if err != nil {
		return err
	}
	sum, err := replay.Summarise(ctx, r.Caller, token)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out.Out)
	enc.SetIndent("", "  ")
	return enc.Encode(sum)
}
