package calendar_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures"
	"cloudpact.dev/services/figures/calendar"
	"cloudpact.dev/services/figures/date"
)

func byID(t *testing.T, id string) calendar.Calendar {
	t.Helper()
	c, ok := calendar.ByID(id)
	if !ok {
		t.Fatalf("no calendar %s", id)
	}
	return c
}

// TestWorkedNumbers is every worked working day of the catalogues: the notice
// window of cpc/1#service-commencement-date, the acceptance window of cpc/S8/8.4,
// and the working-day terms of ctg and unicom.
func TestWorkedNumbers(t *testing.T) {
	for _, c := range []struct {
		label, id, from string
		n               int
		want            string
	}{
		{"W:scd-1", "HK", "2024-03-28", 1, "2024-04-02"},
		{"W:scd-1", "HK", "2024-03-28", 2, "2024-04-03"},
		{"W:scd-1", "HK", "2024-03-28", 3, "2024-04-05"},
		{"W:scd-1 PRC", "PRC", "2024-03-28", 3, "2024-04-02"},
		// The 4th to the 6th are off in one of the two places, and the make-up
		// Sunday 7 April is no working day in Hong Kong.
		{"both", "BOTH", "2024-03-28", 3, "2024-04-08"},
		{"W:scd-2", "HK", "2024-05-03", 3, "2024-05-08"},
		{"W:scd-3", "HK", "2024-05-20", 3, "2024-05-23"},
		{"W:S8.4-1", "HK", "2024-02-07", 5, "2024-02-16"},
		{"W:S8.4-1 PRC", "PRC", "2024-02-07", 5, "2024-02-20"},
		{"X-ctg-14", "PRC", "2024-09-27", 5, "2024-10-10"},
		{"X-ctg-14", "PRC", "2024-10-10", 10, "2024-10-23"},
		{"X-uni-16", "PRC", "2025-01-24", 5, "2025-02-07"},
		{"X-uni-16", "PRC", "2024-05-06", 5, "2024-05-11"},
		{"X-uni-01", "PRC", "2024-09-25", 5, "2024-10-08"},
		{"X-uni-02", "PRC", "2024-09-26", 5, "2024-10-09"},
		{"X-uni-02", "PRC", "2024-09-26", 6, "2024-10-10"},
		{"X-uni-02", "PRC", "2025-01-24", 6, "2025-02-08"},
		{"X-uni-14", "PRC", "2024-09-09", 20, "2024-10-12"},
		{"X-uni-14", "PRC", "2025-01-02", 20, "2025-02-06"},
		{"A-uni-94 (b)", "PRC;makeup=off", "2024-05-06", 5, "2024-05-13"},
	} {
		if got := byID(t, c.id).AddWorkingDays(date.MustParse(c.from), c.n); got.Pending || got.Date.String() != c.want {
			t.Errorf("[%s] %s: %d after %s = %+v, want %s", c.label, c.id, c.n, c.from, got, c.want)
		}
	}
}

// TestWindows is [W:scd-2], [W:S8.4-2] and [W:S8.4-3]: what is in time.
func TestWindows(t *testing.T) {
	hk := calendar.HongKong()
	scd := hk.AddWorkingDays(date.MustParse("2024-05-03"), 3).Date
	accept := hk.AddWorkingDays(date.MustParse("2024-02-07"), 5).Date
	for _, c := range []struct {
		end    date.Date
		act    string
		inTime bool
	}{{scd, "2024-05-08", true}, {scd, "2024-05-09", false}, {accept, "2024-02-16", true}, {accept, "2024-02-17", false}, {accept, "2024-02-26", false}} {
		if got := !date.MustParse(c.act).After(c.end); got != c.inTime {
			t.Errorf("%s against %v: in time %t", c.act, c.end, got)
		}
	}
}

// TestTables checks what the tables must hold whatever the year brings.
func TestTables(t *testing.T) {
	hk, prc := calendar.HongKong(), calendar.Mainland()
	perYear := map[int]int{}
	s, _ := hk.Spec()
	for _, d := range s.Off {
		perYear[d.Year]++
		if d.Weekday() == time.Sunday {
			t.Errorf("%v is a Sunday and listed", d)
		}
	}
	for y := 2020; y <= 2027; y++ {
		if perYear[y] != 17 {
			t.Errorf("Hong Kong has %d holidays in %d", perYear[y], y)
		}
		for _, md := range []string{"-01-01", "-07-01", "-10-01", "-12-25"} {
			if working, published := hk.IsWorking(date.MustParse(date.New(y, 1, 1).String()[:4] + md)); working || !published {
				t.Errorf("Hong Kong works on %d%s", y, md)
			}
		}
	}
	p, _ := prc.Spec()
	for _, d := range p.On {
		if working, _ := prc.IsWorking(d); !working {
			t.Errorf("make-up day %v does not work", d)
		}
		if working, _ := prc.WithoutMakeUp().IsWorking(d); working && (d.Weekday() == time.Saturday || d.Weekday() == time.Sunday) {
			t.Errorf("%v works without make-up days", d)
		}
	}
	if hk.Version != "HK-2026.1" || prc.Version != "PRC-2026.1" || hk.Published().String() != "[2020-01-01, 2028-01-01)" || prc.Published().String() != "[2020-01-01, 2027-01-01)" {
		t.Errorf("%s %v, %s %v", hk.Version, hk.Published(), prc.Version, prc.Published())
	}
}

func TestWeekend(t *testing.T) {
	hk := calendar.HongKong()
	saturdays := hk.WithWeekend(time.Sunday)
	if saturdays.ID != "HK;weekend=Sun" || hk.WithWeekend(time.Sunday, time.Saturday).ID != "HK" || hk.WithWeekend().ID != "HK;weekend=none" {
		t.Errorf("ids %s, %s, %s", saturdays.ID, hk.WithWeekend(time.Sunday, time.Saturday).ID, hk.WithWeekend().ID)
	}
	// [W:scd-1] with Saturdays: 30 March 2024 is the day following Good Friday, a holiday; 6 April works.
	if got := saturdays.AddWorkingDays(date.MustParse("2024-03-28"), 4).Date; got.String() != "2024-04-06" {
		t.Errorf("with Saturdays: %v", got)
	}
	if working, _ := saturdays.IsWorking(date.MustParse("2024-03-30")); working {
		t.Error("a holiday on a Saturday works")
	}
}

func TestIDs(t *testing.T) {
	hk, prc := calendar.HongKong(), calendar.Mainland()
	for _, c := range []calendar.Calendar{
		hk, prc, calendar.Both(hk, prc), calendar.Both(prc, hk), hk.WithWeekend(time.Sunday), prc.WithoutMakeUp(),
		prc.WithoutMakeUp().WithWeekend(), calendar.Both(hk, prc).WithWeekend(time.Friday, time.Sunday), calendar.Both(hk, prc).WithoutMakeUp(),
	} {
		got, ok := calendar.ByID(c.ID)
		if !ok || got.ID != c.ID || got.Version != c.Version {
			t.Errorf("%s found as %s %s, %t", c.ID, got.ID, got.Version, ok)
		}
		if again, ok := calendar.ByVersion(c.ID, c.Version); !ok || again.ID != c.ID || again.Version != c.Version {
			t.Errorf("%s %s found as %s %s, %t", c.ID, c.Version, again.ID, again.Version, ok)
		}
		for d := date.New(2024, 1, 1); d.Year == 2024; d = d.AddDays(1) {
			a, _ := c.IsWorking(d)
			if b, _ := got.IsWorking(d); a != b {
				t.Fatalf("%s: %v differs", c.ID, d)
			}
		}
	}
	for _, id := range []string{"", "SG", "HK;", "HK;weekend=", "HK;weekend=Foo", "HK;weekend=un", "HK;holidays=none", "HK&SG", "HK;weekend=Sun+Mon+Tue+Wed+Thu+Fri+Sat"} {
		if c, ok := calendar.ByID(id); ok {
			t.Errorf("%q is found: %s", id, c.ID)
		}
	}
}

func TestByVersionRefuses(t *testing.T) {
	for id, version := range map[string]string{"HK": "HK-2019.1", "PRC": "HK-2026.1", "BOTH": "HK-2026.1", "HK&PRC": "PRC-2026.1+HK-2026.1"} {
		if c, ok := calendar.ByVersion(id, version); ok {
			t.Errorf("%s %s found as %s %s", id, version, c.ID, c.Version)
		}
	}
}

func TestPending(t *testing.T) {
	for _, c := range []struct {
		id, from  string
		n         int
		date      string
		notBefore string
	}{
		{"PRC", "2026-12-28", 3, "2026-12-31", ""},
		{"PRC", "2026-12-30", 3, "", "2027-01-02"}, // a Saturday may be made a working day
		{"PRC;makeup=off", "2026-12-30", 3, "", "2027-01-04"},
		{"BOTH", "2026-12-30", 3, "", "2027-01-04"}, // Hong Kong never works on a weekend
		{"HK", "2026-12-30", 3, "2027-01-05", ""},
		{"HK", "2027-12-31", 1, "", "2028-01-03"},
		{"PRC", "2027-06-01", 0, "2027-06-01", ""},
		{"PRC", "2027-06-01", 2, "", "2027-06-03"},
		{"PRC", "2019-12-31", 1, "2020-01-02", ""},
		{"PRC", "2019-12-30", 1, "", "2019-12-31"},
		{"PRC", "2026-12-31", -2, "2026-12-29", ""},
		{"PRC", "2027-01-01", -1, "2026-12-31", ""},
		{"PRC", "2027-01-02", -1, "", "2026-12-31"},
		{"PRC", "2027-03-01", -2, "", "2026-12-30"},
		{"PRC", "2020-01-03", -2, "", ""},
		{"HK", "2024-04-05", -3, "2024-03-28", ""},
	} {
		got := byID(t, c.id).AddWorkingDays(date.MustParse(c.from), c.n)
		if got.Date.String() != c.date || got.Pending != (c.date == "") || got.NotBefore.String() != c.notBefore {
			t.Errorf("%s: %d after %s = %+v, want %q or not before %q", c.id, c.n, c.from, got, c.date, c.notBefore)
		}
	}
	if working, published := calendar.Mainland().IsWorking(date.MustParse("2027-03-03")); working || published {
		t.Error("2027 is guessed")
	}
	var none calendar.Calendar
	if got := none.AddWorkingDays(date.MustParse("2024-01-01"), 1); !got.Pending {
		t.Errorf("no calendar answers %v", got)
	}
	if got := none.AddWorkingDays(date.MustParse("2024-01-01"), -1); !got.Pending {
		t.Errorf("no calendar answers %v", got)
	}
}

func TestNextWorkingDay(t *testing.T) {
	for from, want := range map[string]string{"2024-10-01": "2024-10-08", "2024-09-29": "2024-09-29", "2024-10-12": "2024-10-12", "2024-10-13": "2024-10-14"} {
		if got := calendar.Mainland().NextWorkingDay(date.MustParse(from)); got.Date.String() != want {
			t.Errorf("rolled from %s: %+v, want %s", from, got, want)
		}
	}
	if got := calendar.Mainland().NextWorkingDay(date.MustParse("2027-01-01")); !got.Pending || got.NotBefore.String() != "2027-01-01" {
		t.Errorf("rolled from an unpublished day: %+v", got)
	}
}

func TestNewRefuses(t *testing.T) {
	good := calendar.Spec{
		ID: "SG", Version: "SG-1", Published: date.Span{From: date.New(2024, 1, 1), To: date.New(2025, 1, 1)},
		Weekend: []time.Weekday{time.Sunday}, Off: []date.Date{date.New(2024, 5, 1)},
	}
	c, err := calendar.New(good)
	if err != nil {
		t.Fatal(err)
	}
	if working, published := c.IsWorking(date.New(2024, 5, 1)); working || !published {
		t.Error("the holiday works")
	}
	found, ok := calendar.Resolve("SG;weekend=Sat+Sun&HK", func(id string) (calendar.Calendar, bool) {
		if id == "SG" {
			return c, true
		}
		return calendar.ByID(id)
	})
	if !ok || found.ID != "SG;weekend=Sun+Sat&HK" || found.Version != "SG-1+HK-2026.1" {
		t.Errorf("%s %s, %t", found.ID, found.Version, ok)
	}
	for name, spoil := range map[string]func(*calendar.Spec){
		"id":       func(s *calendar.Spec) { s.ID = "A;B" },
		"version":  func(s *calendar.Spec) { s.Version = "" },
		"range":    func(s *calendar.Spec) { s.Published.To = s.Published.From },
		"no range": func(s *calendar.Spec) { s.Published = date.Span{} },
		"outside":  func(s *calendar.Spec) { s.Off = []date.Date{date.New(2025, 1, 1)} },
		"twice":    func(s *calendar.Spec) { s.On = s.Off },
		"week":     func(s *calendar.Spec) { s.Weekend = []time.Weekday{0, 1, 2, 3, 4, 5, 6} },
	} {
		s := good
		spoil(&s)
		var bad *figures.InputError
		if _, err := calendar.New(s); !errors.As(err, &bad) || bad.Reason != "BAD_CALENDAR" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddWorkingDaysIsMonotone(t *testing.T) {
	ids := []string{"HK", "PRC", "BOTH", "HK;weekend=Sun", "PRC;makeup=off"}
	rapid.Check(t, func(t *rapid.T) {
		c, _ := calendar.ByID(rapid.SampledFrom(ids).Draw(t, "calendar"))
		d := date.New(2020, 1, 1).AddDays(rapid.IntRange(0, 2300).Draw(t, "d"))
		n := rapid.IntRange(1, 40).Draw(t, "n")
		got := c.AddWorkingDays(d, n)
		if got.Pending {
			t.Fatalf("%v is published: %+v", d, got)
		}
		if working, published := c.IsWorking(got.Date); !working || !published {
			t.Fatalf("%v is no working day", got.Date)
		}
		if more := c.AddWorkingDays(d, n+1); !more.Date.After(got.Date) {
			t.Fatal("one more working day is not later")
		}
		if later := c.AddWorkingDays(d.AddDays(1), n); later.Date.Before(got.Date) {
			t.Fatal("a later start ends earlier")
		}
		if k, published := c.WorkingDays(date.Span{From: d.AddDays(1), To: got.Date.AddDays(1)}); k != n || !published {
			t.Fatalf("%d working days were counted, not %d", k, n)
		}
		if back := c.AddWorkingDays(got.Date.AddDays(1), -n); back.Pending || !back.Date.After(d) {
			t.Fatalf("back from %v: %+v, started after %v", got.Date, back, d)
		}
	})
}

// TestPendingIsABound cuts a table short: the full table then answers no earlier
// than the short one promised.
func TestPendingIsABound(t *testing.T) {
	full, _ := calendar.Mainland().Spec()
	rapid.Check(t, func(t *rapid.T) {
		cut := full
		cut.Published.To = date.New(2022, 1, 1).AddDays(rapid.IntRange(0, 700).Draw(t, "cut"))
		keep := func(all []date.Date) (some []date.Date) {
			for _, d := range all {
				if cut.Published.Contains(d) {
					some = append(some, d)
				}
			}
			return some
		}
		cut.Off, cut.On = keep(full.Off), keep(full.On)
		short, err := calendar.New(cut)
		if err != nil {
			t.Fatal(err)
		}
		d := cut.Published.To.AddDays(rapid.IntRange(-20, 20).Draw(t, "d"))
		n := rapid.IntRange(-15, 15).Draw(t, "n")
		want, got := calendar.Mainland().AddWorkingDays(d, n), short.AddWorkingDays(d, n)
		if got.Pending && want.Date.Before(got.NotBefore) || !got.Pending && got != want {
			t.Fatalf("short table: %+v, full table: %+v", got, want)
		}
	})
}
