package lots_test

import (
	"testing"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/shipped"
	"cloudpact.dev/services/token/internal/lots"
)

func policy(t testing.TB, kind string, choices map[string]string) lots.Policy {
	t.Helper()
	f, err := shipped.Load("cpc")
	if err != nil {
		t.Fatal(err)
	}
	r, err := terms.Resolve(f.Terms, choices)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := lots.PolicyOf(r, kind)
	if !ok {
		t.Fatalf("%s has no tokens", kind)
	}
	return p
}

func d(s string) date.Date { return date.MustParse(s) }

// facts are a service of some months; lastDay is the last day of service or "".
func facts(p lots.Policy, scd string, months, tokens int, lastDay string) lots.Facts {
	f := lots.Facts{
		Commencement: d(scd), TermEnd: d(scd).AddMonths(months, p.Month), Tokens: tokens,
		Units: []lots.Unit{{ID: "vm-1"}},
	}
	if lastDay != "" {
		f.End = d(lastDay).AddDays(1)
	}
	return f
}

// year finds the lot of a year; false where there is none.
func year(p lots.Policy, f lots.Facts, k int) (lots.Lot, bool) {
	for _, l := range lots.Cut(p, f, d("2040-01-01")) {
		if l.Year == k {
			return l, true
		}
	}
	return lots.Lot{}, false
}

// TestWorked holds the numbers of rule TK, of the token items of the schedules,
// and of the grid.
func TestWorked(t *testing.T) {
	for _, c := range []struct {
		tag, kind, scd string
		months, tokens int
		lastDay        string
		year, want     int
		from, to       string
	}{
		{"W:TK-1", "C2C_BACKUP", "2024-01-15", 18, 10, "", 0, 10, "2024-01-15", "2025-01-15"},
		{"W:TK-1", "C2C_BACKUP", "2024-01-15", 18, 10, "", 1, 5, "2025-01-15", "2025-07-15"},
		{"W:TK-2", "C2C_BACKUP", "2024-01-15", 20, 10, "", 1, 6, "2025-01-15", "2025-09-15"},
		{"W:TK-3", "C2C_BACKUP", "2024-01-15", 36, 12, "2025-09-30", 1, 8, "2025-01-15", "2025-10-01"},
		{"W:TK-4", "C2C_BACKUP", "2024-01-15", 6, 4, "", 0, 4, "2024-01-15", "2024-07-15"},
		{"W:TK-4", "C2C_BACKUP", "2024-01-15", 6, 4, "", 1, 0, "2024-07-15", ""},
		{"W:TK-5", "C2C_BACKUP", "2024-01-15", 18, 1, "", 1, 0, "2025-01-15", "2025-07-15"},
		{"W:TK-6", "C2C_BACKUP", "2024-02-29", 24, 5, "", 0, 5, "2024-02-29", "2025-02-28"},
		{"W:TK-6", "C2C_BACKUP", "2024-02-29", 24, 5, "", 1, 5, "2025-02-28", "2026-02-28"},
		{"W:TK-7", "C2C_BACKUP", "2024-01-15", 12, 0, "", 0, 0, "2024-01-15", "2025-01-15"},
		{"W:S3.5ii-1", "C2C_BACKUP", "2024-02-01", 24, 6, "", 1, 6, "2025-02-01", "2026-02-01"},
		{"W:S3.5iii-1", "C2C_BACKUP", "2024-02-01", 12, 6, "", 1, 0, "2025-02-01", ""},
		{"W:S3.5iii-2", "C2C_BACKUP", "2024-02-01", 6, 6, "", 0, 6, "2024-02-01", "2024-08-01"},
		{"W:S3.5iii-2", "C2C_BACKUP", "2024-02-01", 6, 6, "", 1, 0, "2024-08-01", ""},
		{"W:S3.5iv-1", "C2C_BACKUP", "2024-02-01", 18, 6, "", 1, 3, "2025-02-01", "2025-08-01"},
		{"W:S3.5iv-2", "C2C_BACKUP", "2024-02-01", 36, 6, "2025-04-15", 1, 1, "2025-02-01", "2025-04-16"},
		{"W:S3.5iv-2", "C2C_BACKUP", "2024-02-01", 18, 6, "2025-04-15", 1, 1, "2025-02-01", "2025-04-16"},
		{"W:S4.2ii-1", "C2C_REPLICATION", "2024-02-29", 60, 4, "", 0, 4, "2024-02-29", "2025-02-28"},
		{"W:S4.2ii-2", "C2C_REPLICATION", "2024-02-29", 60, 4, "", 3, 4, "2027-02-28", "2028-02-29"},
		{"W:S4.2iii-1", "C2C_REPLICATION", "2024-02-29", 12, 4, "", 1, 0, "2025-02-28", ""},
		{"W:S4.2iii-2", "C2C_REPLICATION", "2024-02-29", 30, 4, "", 3, 0, "2026-08-29", ""},
		{"W:S4.2iv-1", "C2C_REPLICATION", "2024-02-29", 30, 4, "", 2, 2, "2026-02-28", "2026-08-29"},
		{"W:S4.2iv-2", "C2C_REPLICATION", "2024-02-29", 36, 4, "2025-02-27", 0, 4, "2024-02-29", "2025-02-28"},
		{"W:S5.2ii-1", "GSLB", "2024-03-28", 24, 4, "", 0, 4, "2024-03-28", "2025-03-28"},
		{"W:S5.2iii-1", "GSLB", "2024-03-28", 12, 4, "", 1, 0, "2025-03-28", ""},
		{"W:S5.2iv-1", "GSLB", "2024-03-28", 21, 4, "", 1, 3, "2025-03-28", "2025-12-28"},
		{"W:S5.2iv-2", "GSLB", "2024-03-28", 36, 4, "2025-03-31", 1, 0, "2025-03-28", "2025-04-01"},
		{"W:S6.1ii-1", "LSLB", "2024-05-03", 24, 2, "", 0, 2, "2024-05-03", "2025-05-03"},
		{"W:S6.1ii-2", "LSLB", "2024-05-31", 24, 2, "", 0, 2, "2024-05-31", "2025-05-31"},
		{"W:S6.1iii-1", "LSLB", "2024-05-03", 12, 2, "", 1, 0, "2025-05-03", ""},
		{"W:S6.1iii-2", "LSLB", "2024-05-03", 36, 2, "", 3, 0, "2027-05-03", ""},
		{"W:S6.1iv-1", "LSLB", "2024-05-03", 13, 2, "", 1, 0, "2025-05-03", "2025-06-03"},
		{"W:S6.1iv-2", "LSLB", "2024-05-03", 18, 2, "", 1, 1, "2025-05-03", "2025-11-03"},
		{"W:S6.1iv-2", "LSLB", "2024-05-03", 24, 2, "", 1, 2, "2025-05-03", "2026-05-03"},
		{"W:S7.4ii-1", "SNAPSHOT", "2024-02-13", 24, 10, "", 0, 10, "2024-02-13", "2025-02-13"},
		{"W:S7.4iii-1", "SNAPSHOT", "2024-02-13", 12, 10, "", 1, 0, "2025-02-13", ""},
		{"W:S7.4iv-1", "SNAPSHOT", "2024-02-13", 15, 10, "", 1, 2, "2025-02-13", "2025-05-13"},
		{"W:S7.4iv-2", "SNAPSHOT", "2024-02-13", 14, 10, "", 1, 1, "2025-02-13", "2025-04-13"},
		{"W:S7.4iv-2", "SNAPSHOT", "2024-02-13", 24, 10, "", 1, 10, "2025-02-13", "2026-02-13"},
		{"W:S8.7ii-1", "VONE", "2024-02-08", 36, 12, "", 0, 12, "2024-02-08", "2025-02-08"},
		{"W:S8.7iii-1", "VONE", "2024-02-08", 36, 12, "", 3, 0, "2027-02-08", ""},
		{"W:S8.7iv-1", "VONE", "2024-02-08", 30, 12, "", 2, 6, "2026-02-08", "2026-08-08"},
		{"W:S8.7iv-2", "VONE", "2024-02-08", 36, 12, "2026-03-07", 2, 1, "2026-02-08", "2026-03-08"},
		{"W:S9.4ii-1", "V2C_REPLICATION", "2024-08-31", 30, 3, "", 0, 3, "2024-08-31", "2025-08-31"},
		{"W:S9.4ii-2", "V2C_REPLICATION", "2024-08-31", 30, 3, "", 1, 3, "2025-08-31", "2026-08-31"},
		{"W:S9.4iii-1", "V2C_REPLICATION", "2024-08-31", 30, 3, "", 3, 0, "2027-02-28", ""},
		{"W:S9.4iv-1", "V2C_REPLICATION", "2024-08-31", 30, 3, "", 2, 1, "2026-08-31", "2027-02-28"},
		{"W:S9.4iv-2", "V2C_REPLICATION", "2024-08-31", 31, 3, "", 2, 1, "2026-08-31", "2027-03-31"},
		{"W:S11.4ii-1", "P2C_REPLICATION", "2024-05-03", 24, 2, "", 0, 2, "2024-05-03", "2025-05-03"},
		{"W:S11.4iii-1", "P2C_REPLICATION", "2024-05-03", 24, 2, "", 2, 0, "2026-05-03", ""},
		{"W:S11.4iv-1", "P2C_REPLICATION", "2024-05-03", 16, 2, "", 1, 0, "2025-05-03", "2025-09-03"},
		{"W:S11.4iv-2", "P2C_REPLICATION", "2024-05-03", 18, 2, "", 1, 1, "2025-05-03", "2025-11-03"},
	} {
		p := policy(t, c.kind, nil)
		f := facts(p, c.scd, c.months, c.tokens, c.lastDay)
		l, ok := year(p, f, c.year)
		if !ok || l.Tokens != c.want || l.From.String() != c.from || l.To.String() != c.to {
			t.Errorf("%s year %d: %v %+v, want %d tokens for [%s, %s)", c.tag, c.year, ok, l, c.want, c.from, c.to)
			continue
		}
		explained(t, p, f, l)
	}
}

// explained evaluates a lot's derivation again.
func explained(t testing.TB, p lots.Policy, f lots.Facts, l lots.Lot) {
	t.Helper()
	e, ok := lots.Explain(p, f, l.Ledger, l.Year)
	if !ok {
		t.Fatalf("year %d has no derivation", l.Year)
	}
	results, err := explain.Eval(e)
	if err != nil {
		t.Fatal(err)
	}
	if got := ratio.MustParse(results[e.Result]); !got.Equal(ratio.Int(int64(l.Tokens))) {
		t.Errorf("year %d: explained as %v, cut as %d", l.Year, got, l.Tokens)
	}
	if len(e.Citations()) == 0 || len(p.Citations(l)) == 0 {
		t.Errorf("year %d cites nothing", l.Year)
	}
}

// TestGrid is the token grid of section 3.1: all eight kinds, the same questions.
func TestGrid(t *testing.T) {
	for _, c := range []struct {
		tag, kind, scd               string
		tokens, y12, y18, y30, early int
		quoteFrom                    string
	}{
		{"W:GRID-S3", "C2C_BACKUP", "2024-02-01", 6, 6, 3, 3, 4, "2025-02-01"},
		{"W:GRID-S4", "C2C_REPLICATION", "2024-02-29", 4, 4, 2, 2, 2, "2025-02-28"},
		{"W:GRID-S5", "GSLB", "2024-03-28", 4, 4, 2, 2, 2, "2025-03-28"},
		{"W:GRID-S6", "LSLB", "2024-05-03", 2, 2, 1, 1, 0, "2025-05-03"},
		{"W:GRID-S7", "SNAPSHOT", "2024-02-13", 10, 10, 5, 5, 6, "2025-02-13"},
		{"W:GRID-S8", "VONE", "2024-02-08", 12, 12, 6, 6, 7, "2025-02-08"},
		{"W:GRID-S9", "V2C_REPLICATION", "2024-08-31", 3, 3, 1, 1, 0, "2025-08-31"},
		{"W:GRID-S11", "P2C_REPLICATION", "2024-05-03", 2, 2, 1, 1, 0, "2025-05-03"},
	} {
		p := policy(t, c.kind, nil)
		for _, q := range []struct {
			months  int
			lastDay string
			year    int
			want    int
		}{{12, "", 0, c.y12}, {18, "", 1, c.y18}, {30, "", 2, c.y30}, {36, "2025-09-30", 1, c.early}} {
			f := facts(p, c.scd, q.months, c.tokens, q.lastDay)
			l, ok := year(p, f, q.year)
			if !ok || l.Tokens != q.want {
				t.Errorf("%s, %d months: year %d has %+v, want %d", c.tag, q.months, q.year, l, q.want)
			}
			explained(t, p, f, l)
		}
		f := facts(p, c.scd, 12, c.tokens, "")
		last, _ := year(p, f, lots.YearOf(p, f, "", d(c.quoteFrom).AddDays(-1)))
		after, _ := year(p, f, lots.YearOf(p, f, "", d(c.quoteFrom)))
		if last.Tokens != c.tokens || !after.AfterTerm || after.From != d(c.quoteFrom) {
			t.Errorf("%s: the first use that needs a quote: %+v, %+v", c.tag, last, after)
		}
	}
}

// TestReadings runs the other options: W:TK-2 and W:S11.4iv-1 by CEIL, W:TK-3 by
// days, and ROLL_TO_NEXT_DAY of E-02.
func TestReadings(t *testing.T) {
	ceil := map[string]string{"token_proration_rounding": "CEIL"}
	days := map[string]string{"token_proration_measure": "DAYS_365"}
	roll := map[string]string{"month_rule": "ROLL_TO_NEXT_DAY"}
	for _, c := range []struct {
		choices        map[string]string
		kind, scd      string
		months, tokens int
		lastDay        string
		year, want     int
		to             string
	}{
		{ceil, "C2C_BACKUP", "2024-01-15", 20, 10, "", 1, 7, "2025-09-15"},
		{ceil, "C2C_BACKUP", "2024-01-15", 18, 1, "", 1, 1, "2025-07-15"},
		{ceil, "P2C_REPLICATION", "2024-05-03", 16, 2, "", 1, 1, "2025-09-03"},
		{days, "C2C_BACKUP", "2024-01-15", 36, 12, "2025-09-30", 1, 8, "2025-10-01"},
		{roll, "C2C_BACKUP", "2024-02-29", 24, 5, "", 0, 5, "2025-03-01"},
	} {
		p := policy(t, c.kind, c.choices)
		f := facts(p, c.scd, c.months, c.tokens, c.lastDay)
		l, ok := year(p, f, c.year)
		if !ok || l.Tokens != c.want || l.To.String() != c.to {
			t.Errorf("%v: %v %+v, want %d to %s", c.choices, ok, l, c.want, c.to)
		}
		explained(t, p, f, l)
	}
}

// TestEnded: a service that has ended has no lot after it (W:S8.7iii-2), and a
// year that begins with the end has none either (W:S4.2iv-2, W:S11.4iv-2).
func TestEnded(t *testing.T) {
	for _, c := range []struct {
		kind, scd string
		months    int
		lastDay   string
		year      int
	}{
		{"VONE", "2024-02-08", 36, "2027-02-07", 3},
		{"C2C_REPLICATION", "2024-02-29", 36, "2025-02-27", 1},
		{"P2C_REPLICATION", "2024-05-03", 18, "2025-05-02", 1},
	} {
		p := policy(t, c.kind, nil)
		if l, ok := year(p, facts(p, c.scd, c.months, 2, c.lastDay), c.year); ok {
			t.Errorf("%s to %s has year %d: %+v", c.kind, c.lastDay, c.year, l)
		}
	}
}
