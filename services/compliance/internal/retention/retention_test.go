package retention_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/compliance/internal/retention"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/terms/cpctest"
)

func day(s string) date.Date { return date.MustParse(s) }

// [W:S1.9-1].
func TestFirstDay(t *testing.T) {
	for _, c := range []struct {
		grace, want string
	}{{"0", "2025-02-21"}, {"7", "2025-02-28"}} {
		cpc := cpctest.Terms(t, map[string]string{"data_deletion_grace_days": c.grace})
		first, why, ended := retention.First(cpc, retention.Facts{Name: "service", LastDay: day("2025-02-20")})
		if !ended || first != day(c.want) {
			t.Errorf("%s days of grace: %s", c.grace, first)
		}
		cpctest.Explained(t, why, c.want, "cpc/S1/1.9")
	}
}

func TestJudge(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	ended := retention.Facts{LastDay: day("2025-02-20")}
	held, gone := ended, ended
	held.Held = true
	gone.Held, gone.Deleted = true, true
	for _, c := range []struct {
		name  string
		facts retention.Facts
		today string
		want  retention.State
	}{
		{"suspended, not ended", retention.Facts{}, "2025-03-01", retention.Retained},
		{"last day", ended, "2025-02-20", retention.Retained},
		{"W:S1.9-1", ended, "2025-02-21", retention.Allowed},
		{"legal hold", held, "2025-02-21", retention.Held},
		{"W:S1.9-2 nothing brings it back", gone, "2025-02-28", retention.Deleted},
	} {
		if got := retention.Judge(cpc, c.facts, day(c.today)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Data of a service that runs is never deletable, and more grace never makes
// deletion earlier.
func TestLaws(t *testing.T) {
	none, week := cpctest.Terms(t, nil), cpctest.Terms(t, map[string]string{"data_deletion_grace_days": "7"})
	rapid.Check(t, func(t *rapid.T) {
		today := date.New(2020, 1, 1).AddDays(rapid.IntRange(0, 4000).Draw(t, "today"))
		if s := retention.Judge(none, retention.Facts{Held: rapid.Bool().Draw(t, "held")}, today); s == retention.Allowed {
			t.Fatal("a service that runs")
		}
		f := retention.Facts{LastDay: date.New(2020, 1, 1).AddDays(rapid.IntRange(0, 4000).Draw(t, "last"))}
		if retention.Judge(week, f, today) == retention.Allowed && retention.Judge(none, f, today) != retention.Allowed {
			t.Fatal("allowed with grace, not without")
		}
		if f.Held = true; retention.Judge(none, f, today) != retention.Held {
			t.Fatal("a legal hold blocks")
		}
	})
}
