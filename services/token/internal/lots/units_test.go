package lots_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/token/internal/lots"
)

// TestUnits: W:S9.4-2, a unit added in mid-year has the full number until the
// year ends; a removed one has no later lots; one that is replaced goes on.
func TestUnits(t *testing.T) {
	p := policy(t, "V2C_REPLICATION", nil)
	f := facts(p, "2024-08-31", 30, 3, "")
	f.Units = []lots.Unit{
		{ID: "vm-1"},
		{ID: "vm-2", Added: d("2025-01-15")},
		{ID: "vm-3", Removed: d("2025-03-31")},
		{ID: "vm-4", Added: d("2025-04-01"), Replaces: "vm-3"},
		{ID: "vm-5", Removed: d("2025-10-01")},
	}
	type row struct {
		ledger   string
		year     int
		tokens   int
		from, to string
	}
	want := map[row]bool{
		{"vm-1", 0, 3, "2024-08-31", "2025-08-31"}: true,
		{"vm-1", 1, 3, "2025-08-31", "2026-08-31"}: true,
		{"vm-2", 0, 3, "2025-01-15", "2025-08-31"}: true,
		{"vm-2", 1, 3, "2025-08-31", "2026-08-31"}: true,
		{"vm-3", 0, 3, "2024-08-31", "2025-08-31"}: true,
		{"vm-3", 1, 3, "2025-08-31", "2026-08-31"}: true,
		{"vm-5", 0, 3, "2024-08-31", "2025-08-31"}: true,
		{"vm-5", 1, 3, "2025-08-31", "2025-10-02"}: true,
	}
	for _, l := range lots.Cut(p, f, d("2026-01-01")) {
		r := row{l.Ledger, l.Year, l.Tokens, l.From.String(), l.To.String()}
		if !want[r] {
			t.Errorf("not wanted: %+v", r)
		}
		delete(want, r)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	if at := lots.Index(p, f); at["vm-4"] != "vm-3" || at["vm-2"] != "vm-2" {
		t.Errorf("ledgers %v", at)
	}
}

// TestOwnDates: by the other reading each server's years begin with its own
// first copy; a schedule that gives one date to all is not concerned.
func TestOwnDates(t *testing.T) {
	own := map[string]string{"replication_scd_scope": "PER_VM"}
	for kind, want := range map[string]string{"C2C_REPLICATION": "2025-06-10", "P2C_REPLICATION": "2025-02-28"} {
		p := policy(t, kind, own)
		f := facts(p, "2024-02-29", 30, 4, "")
		f.Units = append(f.Units, lots.Unit{ID: "vm-2", Added: d("2024-06-10")})
		for _, l := range lots.Cut(p, f, d("2026-12-01")) {
			if l.Ledger == "vm-2" && l.Year == 0 && (l.To.String() != want || l.From != d("2024-06-10") || l.Tokens != 4) {
				t.Errorf("%s: %+v, want to %s", kind, l, want)
			}
			explained(t, p, f, l)
			if lots.YearOf(p, f, l.Ledger, l.From) != l.Year {
				t.Errorf("%s: the first day of %+v is of year %d", kind, l, lots.YearOf(p, f, l.Ledger, l.From))
			}
		}
	}
}

// TestCircle: units that replace each other in a circle still have a ledger.
func TestCircle(t *testing.T) {
	p := policy(t, "C2C_BACKUP", nil)
	f := facts(p, "2024-02-01", 12, 6, "")
	f.Units = []lots.Unit{{ID: "a", Replaces: "b"}, {ID: "b", Replaces: "a"}, {ID: "c", Replaces: "c"}, {ID: "e", Replaces: "x"}}
	at := lots.Index(p, f)
	if at["a"] != "a" || at["b"] != "a" || at["c"] != "c" || at["e"] != "e" {
		t.Errorf("ledgers %v", at)
	}
}

// TestLaws: the lots of a ledger follow each other without gap or overlap, every
// day of service is in exactly one, which is that of its year, and every number
// is what its derivation says.
func TestLaws(t *testing.T) {
	kinds := []string{"C2C_BACKUP", "C2C_REPLICATION", "GSLB", "LSLB", "SNAPSHOT", "VONE", "V2C_REPLICATION", "P2C_REPLICATION"}
	rapid.Check(t, func(rt *rapid.T) {
		p := policy(t, rapid.SampledFrom(kinds).Draw(rt, "kind"), map[string]string{
			"token_proration_measure":  rapid.SampledFrom([]string{"MONTHS_F", "DAYS_365"}).Draw(rt, "measure"),
			"token_proration_rounding": rapid.SampledFrom([]string{"FLOOR", "CEIL"}).Draw(rt, "rounding"),
			"month_rule":               rapid.SampledFrom([]string{string(date.Clamped), string(date.Roll)}).Draw(rt, "rule"),
		})
		f := lots.Facts{
			Commencement: d("2024-01-01").AddDays(rapid.IntRange(0, 400).Draw(rt, "scd")),
			Tokens:       rapid.IntRange(0, 40).Draw(rt, "tokens"),
			Units:        []lots.Unit{{ID: "vm-1"}},
		}
		if n := rapid.IntRange(0, 50).Draw(rt, "months"); n > 0 {
			f.TermEnd = f.Commencement.AddMonths(n, p.Month)
		}
		if n := rapid.IntRange(0, 1600).Draw(rt, "days"); n > 0 {
			f.End = f.Commencement.AddDays(n)
		}
		cut := lots.Cut(p, f, f.Commencement.AddDays(1500))
		for i, l := range cut {
			if l.Tokens < 0 || l.Tokens > f.Tokens || (l.AfterTerm && l.Tokens != 0) {
				rt.Fatalf("%+v", l)
			}
			if i > 0 && cut[i-1].To != l.From {
				rt.Fatalf("a gap between %+v and %+v", cut[i-1], l)
			}
			explained(t, p, f, l)
		}
		day := f.Commencement.AddDays(rapid.IntRange(0, 1499).Draw(rt, "day"))
		if !f.End.IsZero() && !day.Before(f.End) {
			return
		}
		n := 0
		for _, l := range cut {
			if l.Contains(day) {
				n++
				if lots.YearOf(p, f, l.Ledger, day) != l.Year {
					rt.Fatalf("%v is of year %d, in the lot %+v", day, lots.YearOf(p, f, l.Ledger, day), l)
				}
			}
		}
		if n != 1 {
			rt.Fatalf("%v is in %d lots of %+v", day, n, cut)
		}
	})
}
