package cli

import (
	"context"

	"cloudpact.dev/services/suite/internal/measure"
)

type benchCmd struct {
	Rounds   int      `help:"How often each figure is taken." default:"3"`
	Only     []string `help:"Measure only these parts: start, demo, gateway, tokens." enum:"start,demo,gateway,tokens"`
	Postgres string   `help:"URL of a PostgreSQL to measure tokens on as well; schemas are made in it and dropped."`
}

// Run measures and prints tables.
func (b *benchCmd) Run(ctx context.Context, out Streams) error {
	return measure.Run(ctx, measure.Options{Rounds: b.Rounds, Only: b.Only, Postgres: b.Postgres}, out.Out)
}
