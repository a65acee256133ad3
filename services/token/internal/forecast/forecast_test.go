package forecast_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/token/internal/forecast"
)

func TestRunsOut(t *testing.T) {
	for _, c := range []struct {
		start, today, end string
		used, available   int
		want              string
	}{
		{"2024-02-01", "2024-03-01", "2025-02-01", 3, 3, "2024-03-31"}, // 30 days for 3, 30 more
		{"2024-02-01", "2024-02-01", "2025-02-01", 1, 5, "2024-02-06"}, // one a day
		{"2024-02-01", "2024-12-31", "2025-02-01", 1, 5, ""},           // lasts
		{"2024-02-01", "2024-12-31", "2025-02-01", 0, 5, ""},           // no pace
		{"2024-02-01", "2024-12-31", "2025-02-01", 6, 0, "2024-12-31"}, // gone
		{"2024-02-01", "2030-12-31", "", 1, 1_000_000_000, ""},         // beyond reckoning
	} {
		p := forecast.Pace{Start: date.MustParse(c.start), Today: date.MustParse(c.today), Used: c.used, Available: c.available}
		if c.end != "" {
			p.End = date.MustParse(c.end)
		}
		got, e := forecast.RunsOut(p)
		if got.String() != c.want {
			t.Errorf("%+v: %v, want %q", c, got, c.want)
		}
		if _, err := explain.Eval(e); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestNeverBeforeToday(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := date.MustParse("2024-02-01")
		p := forecast.Pace{
			Start: start, Today: start.AddDays(rapid.IntRange(0, 365).Draw(t, "day")), End: start.AddDays(366),
			Used: rapid.IntRange(0, 50).Draw(t, "used"), Available: rapid.IntRange(0, 50).Draw(t, "available"),
		}
		got, e := forecast.RunsOut(p)
		if _, err := explain.Eval(e); err != nil {
			t.Fatal(err)
		}
		if !got.IsZero() && (got.Before(p.Today) || !got.Before(p.End)) {
			t.Fatalf("%+v runs out on %v", p, got)
		}
	})
}
