package term_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/billing/internal/term"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/terms/cpctest"
)

func TestPeriod(t *testing.T) {
	for _, c := range []struct {
		tag     string
		choices []string
		start   string
		months  int
		last    string // of the order
		end     string
		whole   int
	}{
		{"sp-1", nil, "2024-01-15", 0, "", "2025-01-15", 12},
		{"sp-1 inclusive", []string{"service_period_end", "ANNIVERSARY_INCLUSIVE"}, "2024-01-15", 0, "", "2025-01-16", 12},
		{"sp-2", nil, "2024-02-29", 12, "", "2025-02-28", 12},
		{"sp-2 inclusive", []string{"service_period_end", "ANNIVERSARY_INCLUSIVE"}, "2024-02-29", 12, "", "2025-03-01", 12},
		{"sp-2 rolled", []string{"month_rule", "ROLL_TO_NEXT_DAY"}, "2024-02-29", 12, "", "2025-03-01", 12},
		{"sp-3", nil, "2024-08-31", 30, "", "2027-02-28", 30},
		{"sp-3 rolled", []string{"month_rule", "ROLL_TO_NEXT_DAY"}, "2024-08-31", 30, "", "2027-03-01", 30},
		{"S1.8-1", nil, "2024-06-01", 12, "", "2025-06-01", 12},
		{"S9.3-1", nil, "2024-08-31", 30, "", "2027-02-28", 30},
		{"S1.14-2", nil, "2024-02-29", 36, "", "2027-02-28", 36},
		{"stated day", nil, "2024-01-15", 0, "2025-06-30", "2025-07-01", 17},
	} {
		t.Run(c.tag, func(t *testing.T) {
			o := term.Order{Months: c.months}
			if c.last != "" {
				o.LastDay = date.MustParse(c.last)
			}
			p := term.Of(cpctest.Chosen(t, c.choices...), date.MustParse(c.start), o)
			if p.End.String() != c.end || p.Months != c.whole || p.LastDay() != p.End.AddDays(-1) {
				t.Fatalf("%+v", p)
			}
			cpctest.Explained(t, p.Explanation, c.end, "cpc/1#service-period")
		})
	}
}

func TestFollowing(t *testing.T) {
	terms := cpctest.Chosen(t)
	p := term.Of(terms, date.MustParse("2024-01-15"), term.Order{})
	if a := term.Following(terms, p, term.Order{}); a.What != term.Continues || a.Clause != "cpc/4" {
		t.Errorf("%+v", a)
	}
	if a := term.Following(terms, p, term.Order{EndsAutomatically: true}); a.What != term.Ends || a.Clause != "cpc/4" {
		t.Errorf("%+v", a)
	}
	renewing := *terms.Terms
	policy := *renewing.Term
	policy.After, policy.RenewalMonths = term.Renews, 6
	renewing.Term = &policy
	r := terms
	r.Terms = &renewing
	if a := term.Following(r, p, term.Order{}); a.What != term.Renews || a.End.String() != "2025-07-15" {
		t.Errorf("%+v", a)
	}
}

// TestLaws: a longer period never ends earlier, a period never ends before it
// starts, and the period of the order wins over that of the terms.
func TestLaws(t *testing.T) {
	clamped, rolled := cpctest.Chosen(t), cpctest.Chosen(t, "month_rule", "ROLL_TO_NEXT_DAY")
	rapid.Check(t, func(t *rapid.T) {
		start := date.New(2020, 1, 1).AddDays(rapid.IntRange(0, 3000).Draw(t, "start"))
		n := rapid.IntRange(1, 120).Draw(t, "months")
		a, b := term.Of(clamped, start, term.Order{Months: n}), term.Of(clamped, start, term.Order{Months: n + 1})
		if !a.End.After(start) || !b.End.After(a.End) || a.Months != n {
			t.Fatalf("%+v, %+v", a, b)
		}
		if r := term.Of(rolled, start, term.Order{Months: n}); r.End.Before(a.End) || r.End.Sub(a.End) > 3 || (start.Day <= 28 && r.End != a.End) {
			t.Fatalf("clamped %v, rolled %v", a.End, r.End)
		}
	})
}
