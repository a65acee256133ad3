package cure_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/compliance/internal/cure"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cpctest"
)

func day(s string) date.Date {
	if s == "" {
		return date.Date{}
	}
	return date.MustParse(s)
}

// The catalogue's worked numbers.
func TestPeriods(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	for _, c := range []struct {
		tag, cause, opened, demand string
		days                       int
		last, from, clause         string
	}{
		{"W:10b-1", terms.CauseNonPayment, "2024-03-02", "2024-03-04", 0, "2024-03-18", "2024-03-19", "cpc/10(b)"},
		{"W:16-1", terms.CauseBreach, "2024-12-20", "2024-12-20", 0, "2025-01-03", "2025-01-04", "cpc/31(a)"},
		{"W:16v-1", terms.CauseBreach, "2024-02-20", "2024-02-20", 0, "2024-03-05", "2024-03-06", "cpc/31(a)"},
		{"W:16vb-1", terms.CauseBreach, "2023-02-20", "2023-02-20", 0, "2023-03-06", "2023-03-07", "cpc/31(a)"},
		{"W:31a-1 leap year", terms.CauseBreach, "2024-02-20", "2024-02-20", 0, "2024-03-05", "2024-03-06", "cpc/31(a)"},
		{"W:31a-1", terms.CauseBreach, "2023-02-20", "2023-02-20", 0, "2023-03-06", "2023-03-07", "cpc/31(a)"},
		{"W:31a-2", terms.CauseBreach, "2024-02-20", "2024-02-20", 3, "2024-02-23", "2024-02-24", "cpc/31(a)"},
		{"W:31e-1", terms.CauseComplaint, "2024-12-30", "2024-12-30", 0, "2025-01-01", "2025-01-02", "cpc/31(e)"},
		{"W:31e-2 leap year", terms.CauseComplaint, "2024-02-28", "2024-02-28", 0, "2024-03-01", "2024-03-02", "cpc/31(e)"},
		{"W:31e-2", terms.CauseComplaint, "2023-02-28", "2023-02-28", 0, "2023-03-02", "2023-03-03", "cpc/31(e)"},
		{"W:16iii-1", terms.CauseComplaint, "2024-12-30", "2024-12-30", 0, "2025-01-01", "2025-01-02", "cpc/31(e)"},
		{"W:16va-1", terms.CauseComplaint, "2024-12-30", "2024-12-30", 0, "2025-01-01", "2025-01-02", "cpc/31(e)"},
		{"W:31-1", terms.CauseInsolvency, "2024-05-03", "", 0, "", "2024-05-03", "cpc/31(b)"},
		{"W:31b-1", terms.CauseInsolvency, "2024-02-29", "", 0, "", "2024-02-29", "cpc/31(b)"},
		{"W:31c-1", terms.CauseInability, "2024-05-03", "", 0, "", "2024-05-03", "cpc/31(c)"},
		{"W:31d-1", terms.CauseGraveBreach, "2024-03-05", "", 0, "", "2024-03-05", "cpc/31(d)"},
	} {
		t.Run(c.tag, func(t *testing.T) {
			p, runs, err := cure.Run(cpc, cure.Facts{Name: "case", Cause: c.cause, Opened: day(c.opened), Demand: day(c.demand), Days: c.days})
			if err != nil || !runs {
				t.Fatalf("runs %v, error %v", runs, err)
			}
			if p.LastDay != day(c.last) || p.RemedyFrom != day(c.from) {
				t.Errorf("last day %s, remedies from %s; want %s, %s", p.LastDay, p.RemedyFrom, c.last, c.from)
			}
			figure := c.last
			if figure == "" {
				figure = c.from
			}
			cpctest.Explained(t, p.Explanation, figure, c.clause)
		})
	}
}

// [W:31a-3]: no days at all would make 31(a) into 31(d); the default profile
// refuses it, and so does it refuse more than the agreement gives.
func TestDaysOutOfRange(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	for _, c := range []struct {
		cause    string
		days     int
		min, max int
	}{
		{terms.CauseNonPayment, 15, 1, 14},
		{terms.CauseNonPayment, -1, 1, 14},
		{terms.CauseComplaint, 3, 0, 2},
	} {
		_, _, err := cure.Run(cpc, cure.Facts{Name: "case", Cause: c.cause, Demand: day("2024-02-20"), Days: c.days})
		var out *cure.DaysOutOfRange
		if !errors.As(err, &out) || out.Min != c.min || out.Max != c.max {
			t.Errorf("%s with %d days: %v", c.cause, c.days, err)
		}
	}
	longer := cpctest.Terms(t, map[string]string{"cure_days_min": "5"})
	if _, _, err := cure.Run(longer, cure.Facts{Name: "case", Cause: terms.CauseBreach, Demand: day("2024-02-20"), Days: 4}); err == nil {
		t.Error("fewer days than the chosen reading allows must be refused")
	}
}

// [W:31e-3].
func TestHours(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	zone := cpc.Zone()
	from := time.Date(2024, 3, 5, 10, 0, 0, 0, zone)
	end, why, ok := cure.Hours(cpc, cure.Facts{Name: "case", Cause: terms.CauseComplaint}, from, 4)
	if !ok || !end.Equal(time.Date(2024, 3, 5, 14, 0, 0, 0, zone)) {
		t.Errorf("ends %s", end)
	}
	cpctest.Explained(t, why, "2024-03-05T06:00:00Z", "cpc/31(e)")
}

func TestBeginsWithTheDemand(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	f := cure.Facts{Name: "case", Cause: terms.CauseNonPayment, Opened: day("2024-03-02"), Due: day("2024-03-01")}
	if !cure.NeedsDemand(cpc, f) {
		t.Error("late payment needs a demand")
	}
	if _, runs, err := cure.Run(cpc, f); runs || err != nil {
		t.Errorf("no demand, but the time runs (%v)", err)
	}
	if _, runs, _ := cure.Run(cpc, cure.Facts{Cause: "UNKNOWN"}); runs {
		t.Error("an unknown cause gives a ground")
	}
}

func TestJudge(t *testing.T) {
	p := cure.Period{LastDay: day("2024-03-18"), RemedyFrom: day("2024-03-19")}
	for _, c := range []struct {
		name          string
		was           cure.State
		runs          bool
		mended, today string
		want          cure.State
	}{
		{"no demand", cure.Open, false, "", "2024-03-04", cure.Open},
		{"paid before any demand", cure.Open, false, "2024-03-03", "2024-03-04", cure.Cured},
		{"in the period", cure.Open, true, "", "2024-03-18", cure.Demanded},
		{"W:10b-2", cure.Demanded, true, "2024-03-18", "2024-03-18", cure.Cured},
		{"W:10b-1", cure.Demanded, true, "", "2024-03-19", cure.RemedyAvailable},
		{"paid in time, recorded late", cure.RemedyAvailable, true, "2024-03-18", "2024-03-25", cure.Cured},
		{"paid too late", cure.RemedyAvailable, true, "2024-03-19", "2024-03-25", cure.RemedyAvailable},
		{"an act stands", cure.Suspended, true, "2024-03-18", "2024-03-25", cure.Suspended},
	} {
		if got := cure.Judge(c.was, p, c.runs, day(c.mended), day(c.today)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if cure.AfterHold(date.Date{}) != cure.RemedyAvailable || cure.AfterHold(day("2024-03-20")) != cure.Cured {
		t.Error("after a hold")
	}
}

func TestScope(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	late := []string{"b", "a"}
	for _, c := range []struct {
		asked, want []string
	}{
		{nil, []string{"a", "b"}},
		{[]string{"b"}, []string{"b"}},
		{[]string{"c", "b", "a"}, []string{"a", "b", "c"}},
	} {
		got, err := cure.Scope(cpc, terms.CauseNonPayment, late, c.asked)
		if err != nil || !equal(got, c.want) {
			t.Errorf("asked %v: %v, %v", c.asked, got, err)
		}
	}
	_, err := cure.Scope(cpc, terms.CauseNonPayment, late, []string{"a", "c"})
	var paid *cure.PaidFirst
	if !errors.As(err, &paid) || !equal(paid.Missing, []string{"b"}) {
		t.Errorf("a paid service before an unpaid one: %v", err)
	}
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func anyDay() *rapid.Generator[date.Date] {
	return rapid.Custom(func(t *rapid.T) date.Date {
		return date.New(2020, 1, 1).AddDays(rapid.IntRange(0, 4000).Draw(t, "day"))
	})
}

// Whatever happens and in whichever order it is told: what a person did stands,
// a cure in time takes the ground away, and remedies are never there too early.
func TestLaws(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	states := []cure.State{cure.Open, cure.Demanded, cure.Cured, cure.RemedyAvailable, cure.Suspended, cure.Terminated, cure.Closed}
	rapid.Check(t, func(t *rapid.T) {
		f := cure.Facts{
			Name: "case", Cause: terms.CauseNonPayment, Opened: anyDay().Draw(t, "opened"),
			Demand: anyDay().Draw(t, "demand"), Days: rapid.IntRange(0, 14).Draw(t, "days"),
		}
		p, runs, err := cure.Run(cpc, f)
		if err != nil || !runs {
			t.Fatalf("%v %v", runs, err)
		}
		if n := p.LastDay.Sub(f.Demand); n < 1 || n > 14 || p.RemedyFrom.Sub(p.LastDay) != 1 {
			t.Fatalf("%d days, then %d", n, p.RemedyFrom.Sub(p.LastDay))
		}
		was := rapid.SampledFrom(states).Draw(t, "was")
		today := anyDay().Draw(t, "today")
		mended := date.Date{}
		if rapid.Bool().Draw(t, "mended") {
			mended = anyDay().Draw(t, "on")
		}
		got := cure.Judge(was, p, true, mended, today)
		if again := cure.Judge(got, p, true, mended, today); again != got {
			t.Fatalf("%s, judged again %s", got, again)
		}
		switch was {
		case cure.Suspended, cure.Terminated, cure.Closed:
			if got != was {
				t.Fatalf("%s became %s", was, got)
			}
			return
		}
		inTime := !mended.IsZero() && !mended.After(p.LastDay)
		if inTime != (got == cure.Cured) {
			t.Fatalf("mended %s of %s: %s", mended, p.LastDay, got)
		}
		if got == cure.RemedyAvailable && today.Before(p.RemedyFrom) {
			t.Fatalf("remedies on %s, before %s", today, p.RemedyFrom)
		}
	})
}
