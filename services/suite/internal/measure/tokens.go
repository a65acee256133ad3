package measure

import (
	"context"
	"fmt"
	"time"

	"cloudpact.dev/services/suite/internal/bench"
)

// measureTokens takes the token service's figures over gRPC, callers included,
// beside what each engine takes of plain inserts of the same rows.
func measureTokens(ctx context.Context, o Options) ([]Figure, error) {
	var out []Figure
	at := map[string]int{}
	for range max(o.Rounds, 1) {
		figures, err := bench.MeasureTokens(ctx, bench.Options{Postgres: o.Postgres})
		if err != nil {
			return nil, err
		}
		for _, f := range figures {
			name := f.Engine + ": " + f.Name
			i, known := at[name]
			if !known {
				i = len(out)
				at[name], out = i, append(out, Figure{Name: name, Unit: f.Unit})
			}
			out[i].Rounds = append(out[i].Rounds, f.PerSecond)
			out[i].Beside = remark(f)
		}
	}
	return out, nil
}

// remark says how long the last round's calls took and what is aimed at.
func remark(f bench.Figure) string {
	if f.Want == 0 {
		return f.Note
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("p50 %.1f ms, p99 %.1f ms, %d us of processor each; goal: %.0f", ms(f.P50), ms(f.P99), f.CPU.Microseconds(), f.Want)
}
