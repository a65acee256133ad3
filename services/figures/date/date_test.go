package date_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures"
	"cloudpact.dev/services/figures/date"
)

func anyDate(t *rapid.T, name string) date.Date {
	return date.New(1, 1, 1).AddDays(rapid.IntRange(0, 3652058).Draw(t, name))
}

func near(t *rapid.T, name string) date.Date {
	return date.New(2020, 1, 1).AddDays(rapid.IntRange(0, 4000).Draw(t, name))
}

func TestParse(t *testing.T) {
	for _, text := range []string{"2024-02-29", "0001-01-01", "9999-12-31", "2000-02-29"} {
		if d, err := date.Parse(text); err != nil || d.String() != text {
			t.Errorf("Parse(%s) = %v, %v", text, d, err)
		}
	}
	for _, text := range []string{
		"", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-01-00", "2024-04-31", "0000-01-01", "2024-1-1", "24-01-01",
		"2024/01/01", "2024-01-01T00:00:00Z", " 2024-01-01", "-024-01-01", "2024-01-0a",
	} {
		var bad *figures.InputError
		if d, err := date.Parse(text); !errors.As(err, &bad) || bad.Reason != "BAD_DATE" || !d.IsZero() {
			t.Errorf("Parse(%q) = %v, %v", text, d, err)
		}
	}
	if _, err := date.Check(2024, 14, 1); err == nil {
		t.Error("month 14 is accepted")
	}
}

func TestText(t *testing.T) {
	type box struct {
		A date.Date `json:"a"`
		B date.Date `json:"b,omitzero"`
	}
	text, err := json.Marshal(box{})
	if err != nil || string(text) != `{"a":""}` {
		t.Errorf("%s, %v", text, err)
	}
	var back box
	if err := json.Unmarshal([]byte(`{"a":"","b":"2024-01-15"}`), &back); err != nil || !back.A.IsZero() || back.B != date.New(2024, 1, 15) {
		t.Errorf("%+v, %v", back, err)
	}
	if json.Unmarshal([]byte(`{"a":"2024-02-30"}`), &back) == nil {
		t.Error("30 February is read")
	}
}

// TestAgainstTime compares every kind of year with the standard library.
func TestAgainstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate(t, "d")
		std := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
		if !d.Valid() || d.Weekday() != std.Weekday() || d.String() != std.Format(time.DateOnly) {
			t.Fatalf("%v against %v", d, std)
		}
		n := rapid.IntRange(-400, 400).Draw(t, "n")
		if later := std.AddDate(0, 0, n); later.Year() >= 1 && later.Year() <= 9999 {
			if got := d.AddDays(n); got != date.Of(later, time.UTC) || got.Sub(d) != n || got.Compare(d) != cmp(n) {
				t.Fatalf("%v + %d = %v, want %v", d, n, got, later)
			}
		}
		if back := date.MustParse(d.String()); back != d {
			t.Fatalf("%v parsed as %v", d, back)
		}
	})
}

func cmp(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// TestEveryDay walks through four centuries, the whole pattern of leap years.
func TestEveryDay(t *testing.T) {
	d, std := date.New(1899, 12, 31), time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	for d.Year < 2300 {
		d, std = d.AddDays(1), std.AddDate(0, 0, 1)
		if y, m, day := std.Date(); d != (date.Date{Year: y, Month: m, Day: day}) {
			t.Fatalf("%v, but the standard library says %v", d, std)
		}
	}
}

// TestCalendarDays is [W:2di-1]: holidays do not count.
func TestCalendarDays(t *testing.T) {
	if got := date.MustParse("2024-12-20").AddDays(14); got.String() != "2025-01-03" {
		t.Errorf("14 days after 20 December: %v", got)
	}
}

func TestStart(t *testing.T) {
	hk, _ := time.LoadLocation("Asia/Hong_Kong")
	d := date.MustParse("2024-03-01")
	if got := d.Start(hk); got.Format(time.RFC3339) != "2024-02-29T16:00:00Z" || got.Location() != time.UTC || date.Of(got, hk) != d {
		t.Errorf("start of %v: %v", d, got)
	}
	if got := date.Of(d.Start(hk).Add(-time.Nanosecond), hk); got != d.AddDays(-1) {
		t.Errorf("the instant before: %v", got)
	}
	// In Sao Paulo the clocks went from 23:59:59 on the 3rd to 01:00 on the 4th.
	sp, _ := time.LoadLocation("America/Sao_Paulo")
	d = date.MustParse("2018-11-04")
	if got := d.Start(sp); got.Format(time.RFC3339) != "2018-11-04T03:00:00Z" || date.Of(got, sp) != d {
		t.Errorf("a day without midnight starts at %v", got)
	}
}

func TestSpan(t *testing.T) {
	feb := date.Month(date.MustParse("2024-02-10"))
	if feb.Days() != 29 || feb.Last() != date.New(2024, 2, 29) || feb.String() != "[2024-02-01, 2024-03-01)" {
		t.Errorf("February 2024: %v, %d days", feb, feb.Days())
	}
	if !feb.Contains(feb.From) || feb.Contains(feb.To) || (date.Span{From: feb.To, To: feb.From}).Days() != 0 {
		t.Error("a span is half-open")
	}
	rapid.Check(t, func(t *rapid.T) {
		a := date.Span{From: near(t, "a1"), To: near(t, "a2")}
		b := date.Span{From: near(t, "b1"), To: near(t, "b2")}
		d, x := near(t, "d"), a.Intersect(b)
		if x.Contains(d) != (a.Contains(d) && b.Contains(d)) || x != b.Intersect(a) || x.Empty() != (x.Days() == 0) {
			t.Fatalf("%v and %v share %v", a, b, x)
		}
	})
}

func TestPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"30 February":     func() { date.New(2024, 2, 30) },
		"unset":           func() { date.Date{}.AddDays(1) },
		"after 9999":      func() { date.New(9999, 12, 31).AddDays(1) },
		"before 1":        func() { date.New(1, 1, 1).AddDays(-1) },
		"far":             func() { date.New(2024, 1, 1).AddDays(1 << 40) },
		"months too far":  func() { date.New(2024, 1, 1).AddMonths(1<<40, "") },
		"months before 1": func() { date.New(1, 1, 1).AddMonths(-1, "") },
		"rule":            func() { date.New(2024, 1, 1).AddMonths(1, "LUNAR") },
		"before anchor":   func() { date.Months(date.New(2024, 1, 2), date.New(2024, 1, 1), "") },
		"last of nothing": func() { date.Span{}.Last() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			f()
		}()
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2024-02-29", "2023-02-29", "", "0000-00-00", "9999-12-31", "2024-1-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := date.Parse(s)
		std, stdErr := time.Parse(time.DateOnly, s)
		if (err == nil) != (stdErr == nil && std.Year() > 0) {
			t.Errorf("Parse(%q): %v, but the standard library says %v", s, err, stdErr)
		}
		if err == nil && (d.String() != s || date.Of(std, time.UTC) != d) {
			t.Errorf("%q read as %v", s, d)
		}
	})
}
