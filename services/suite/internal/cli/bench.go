package cli

import (
	"context"

	"cloudpact.dev/services/suite/internal/measure"
)

type benchCmd struct {
	Rounds int      `help:"How often each figure is taken." default:"3"`
	Only   []string `help:"Measure only these parts: start, demo, gateway, tokens." enum:"start,demo,gateway,tokens"`
}

// Run measures and prints tables.
func (b *benchCmd) Run(ctx context.Context, out Streams) error {
	return measure.Run(ctx, measure.Options{Rounds: b.Rounds, Only: b.Only}, out.Out)
}
