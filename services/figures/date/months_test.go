package date_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/ratio"
)

var rules = []date.MonthRule{date.Clamped, date.Roll, ""}

// TestAnniversaries is [W:0-1], and the same anchors under the other rule of E-02.
func TestAnniversaries(t *testing.T) {
	for _, c := range []struct {
		anchor string
		rule   date.MonthRule
		step   int
		want   []string
	}{
		{"2024-01-31", "", 1, []string{"2024-02-29", "2024-03-31", "2024-04-30"}},
		{"2024-02-29", date.Clamped, 12, []string{"2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"}},
		{"2024-01-31", date.Roll, 1, []string{"2024-03-01", "2024-03-31", "2024-05-01", "2024-05-31"}},
		{"2024-02-29", date.Roll, 12, []string{"2025-03-01", "2026-03-01", "2027-03-01", "2028-02-29"}},
		{"2023-01-29", date.Roll, 1, []string{"2023-03-01", "2023-03-29"}},
		{"2024-01-29", date.Roll, 1, []string{"2024-02-29", "2024-03-29"}},
		{"2023-11-30", date.Roll, 1, []string{"2023-12-30", "2024-01-30", "2024-03-01", "2024-03-30"}},
		{"2024-03-31", date.Clamped, -1, []string{"2024-02-29", "2024-01-31", "2023-12-31", "2023-11-30"}},
		{"2024-01-28", date.Roll, 1, []string{"2024-02-28", "2024-03-28"}},
	} {
		for i, want := range c.want {
			if got := date.MustParse(c.anchor).AddMonths((i+1)*c.step, c.rule); got.String() != want {
				t.Errorf("%s + %d months by %q = %v, want %s", c.anchor, (i+1)*c.step, c.rule, got, want)
			}
		}
	}
}

// TestTwoMonths is [W:2di-2].
func TestTwoMonths(t *testing.T) {
	for from, want := range map[string]string{"2023-12-31": "2024-02-29", "2024-12-31": "2025-02-28", "2024-06-30": "2024-08-30"} {
		if got := date.MustParse(from).AddMonths(2, date.Clamped); got.String() != want {
			t.Errorf("two months after %s: %v, want %s", from, got, want)
		}
	}
}

// TestMonths is [W:0-2], the months of [W:10a-1] to [W:10a-3], and periods of the
// other rule of E-02.
func TestMonths(t *testing.T) {
	for _, c := range []struct {
		anchor, d string
		rule      date.MonthRule
		want      string
	}{
		{"2024-01-15", "2024-07-21", "", "192/31"}, // 6 + 6/31
		{"2024-01-15", "2025-01-15", date.Clamped, "12"},
		{"2024-01-15", "2024-01-15", date.Clamped, "0"},
		{"2024-03-01", "2024-04-15", date.Clamped, "22/15"}, // 1 + 14/30
		{"2024-01-31", "2024-03-15", date.Clamped, "46/31"}, // 1 + 15/31
		{"2024-03-01", "2024-03-02", date.Clamped, "1/31"},
		{"2024-01-31", "2024-02-29", date.Clamped, "1"},
		{"2024-01-31", "2024-02-29", date.Roll, "29/30"}, // the period includes 29 February
		{"2024-01-31", "2024-03-01", date.Roll, "1"},
		{"2024-01-31", "2024-03-15", date.Roll, "22/15"}, // 1 + 14/30
		{"2024-01-31", "2024-03-31", date.Roll, "2"},
	} {
		if got := date.Months(date.MustParse(c.anchor), date.MustParse(c.d), c.rule); got.String() != c.want {
			t.Errorf("F(%s, %s) by %q = %v, want %s", c.anchor, c.d, c.rule, got, c.want)
		}
	}
}

func TestMonthsAreAdditive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.SampledFrom(rules).Draw(t, "rule")
		anchor := near(t, "anchor")
		a := anchor.AddDays(rapid.IntRange(0, 800).Draw(t, "a"))
		b := a.AddDays(rapid.IntRange(0, 800).Draw(t, "b"))
		whole := date.MonthsBetween(anchor, a, b, rule)
		daily := ratio.Ratio{}
		for d := a; d != b; d = d.AddDays(1) {
			step := date.MonthsBetween(anchor, d, d.AddDays(1), rule)
			if step.Sign() <= 0 {
				t.Fatalf("a day is worth %v months", step)
			}
			daily = daily.Add(step)
		}
		if !daily.Equal(whole) || !date.MonthsBetween(anchor, b, a, rule).Equal(whole.Neg()) {
			t.Fatalf("days add up to %v, the whole is %v", daily, whole)
		}
	})
}

func TestAnniversariesNeverDrift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.SampledFrom(rules).Draw(t, "rule")
		anchor, n := near(t, "anchor"), rapid.IntRange(-600, 600).Draw(t, "n")
		got := anchor.AddMonths(n, rule)
		target := date.New(anchor.Year, anchor.Month, 1).AddMonths(n, date.Clamped)
		last := date.DaysIn(target.Year, target.Month)
		want := date.New(target.Year, target.Month, min(anchor.Day, last))
		if rule == date.Roll && anchor.Day > last {
			want = want.AddDays(1)
		}
		if got != want {
			t.Fatalf("%v + %d months by %q = %v, want %v", anchor, n, rule, got, want)
		}
		if !anchor.AddMonths(n+1, rule).After(got) {
			t.Fatal("anniversaries do not ascend")
		}
		if n >= 0 && !date.Months(anchor, got, rule).Equal(ratio.Int(int64(n))) {
			t.Fatalf("F(%v, %v) is not %d", anchor, got, n)
		}
		if p := date.Period(anchor, n, rule); p.From != got || p.Days() < 28 || p.Days() > 31 {
			t.Fatalf("period %d of %v is %v", n, anchor, p)
		}
	})
}

func BenchmarkMonths(b *testing.B) {
	anchor, d := date.New(2024, 1, 31), date.New(2026, 7, 21)
	for b.Loop() {
		date.Months(anchor, d, date.Clamped)
	}
}
