package windows_test

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/interval"
	"cloudpact.dev/services/sla/internal/windows"
	"cloudpact.dev/services/terms/cpctest"
)

// TestWorked runs the catalogue's worked windows: the minutes of an outage that
// are no downtime.
func TestWorked(t *testing.T) {
	at := func(s string) time.Time {
		if s == "" {
			return time.Time{}
		}
		return cpctest.At(t, s)
	}
	cases := []struct {
		tag, kind        string
		from, to         string
		announced        string
		reasoned         bool
		outFrom, outTo   string
		minutes, counted int
		clause           string
		inOrder          bool
		lead             time.Duration
	}{
		{"38-1", windows.Maintenance, "2024-03-05 01:00", "2024-03-05 03:00", "2024-03-01 00:00", false, "2024-03-05 01:00", "2024-03-05 03:00", 120, 0, "cpc/38(a)", true, 97 * time.Hour},
		{"38a-1", windows.Maintenance, "2024-03-05 01:00", "2024-03-05 03:00", "2024-03-01 01:00", false, "2024-03-05 01:30", "2024-03-05 03:20", 90, 20, "cpc/38(a)", true, 96 * time.Hour},
		{"38b-1", windows.Authority, "2024-05-02 10:00", "2024-05-04 10:00", "", true, "2024-05-02 10:00", "2024-05-04 10:00", 48 * 60, 0, "cpc/38(b)", true, 0},
		{"38c-1", windows.Protection, "2024-03-05 02:00", "2024-03-05 02:45", "", true, "2024-03-05 02:00", "2024-03-05 02:45", 45, 0, "cpc/38(c)", true, 0},
		{"39-1, planned", windows.Maintenance, "2024-03-05 00:00", "2024-03-05 03:00", "2024-03-01 00:00", false, "2024-03-05 01:00", "2024-03-05 02:00", 60, 0, "cpc/38(a)", true, 4 * 24 * time.Hour},
		{"39-1, no notice with a reason", windows.Protection, "2024-03-05 02:00", "", "", true, "2024-03-05 02:00", "2024-03-05 02:45", 45, 0, "cpc/38(c)", true, 0},
		{"39, no notice and no reason", windows.Maintenance, "2024-03-05 02:00", "", "", false, "2024-03-05 02:00", "2024-03-05 02:45", 45, 0, "cpc/38(a)", false, 0},
		{"39, told after it began", windows.Maintenance, "2024-03-05 02:00", "", "2024-03-05 02:10", false, "2024-03-05 02:00", "2024-03-05 02:45", 45, 0, "cpc/38(a)", false, 0},
		{"a hold", windows.Hold, "2024-03-05 02:00", "2024-03-05 02:30", "", false, "2024-03-05 02:00", "2024-03-05 02:45", 30, 15, "cpc/31(i)", false, 0},
		{"beside the window", windows.Maintenance, "2024-03-05 03:00", "2024-03-05 04:00", "", false, "2024-03-05 02:00", "2024-03-05 03:00", 0, 60, "", false, 0},
		{"a schedule", windows.Schedule, "2024-03-05 02:00", "2024-03-05 04:00", "", false, "2024-03-05 02:00", "2024-03-05 03:00", 0, 60, "", false, 0},
	}
	r := cpctest.Terms(t, nil)
	for _, c := range cases {
		t.Run(c.tag, func(t *testing.T) {
			w := windows.Window{Name: "window", Kind: c.kind, From: at(c.from), To: at(c.to), Announced: at(c.announced), Reasoned: c.reasoned}
			if c.kind == windows.Hold {
				w.Clause = "cpc/31(i)"
			}
			if n := windows.NoticeOf(w); n.InOrder != c.inOrder || n.Lead != c.lead || n.String() == "" {
				t.Errorf("notice %+v", n)
			}
			i := windows.Incident{Name: "outage", From: at(c.outFrom), To: at(c.outTo)}
			got := windows.Exclude(r, i, []windows.Window{w})
			if c.minutes == 0 {
				if len(got) > 0 {
					t.Fatalf("excluded by %s", got[0].Clause)
				}
				return
			}
			if len(got) != 1 || got[0].Clause != c.clause || got[0].Cause != "window" || got[0].Whole {
				t.Fatalf("%+v", got)
			}
			out := got[0].To.Sub(got[0].From)
			if out != time.Duration(c.minutes)*time.Minute || i.To.Sub(i.From)-out != time.Duration(c.counted)*time.Minute {
				t.Errorf("excluded %s", out)
			}
			cpctest.Explained(t, got[0].Explanation, fmtSeconds(out), c.clause)
			i.Run = true
			if got := windows.Exclude(r, i, []windows.Window{w}); len(got) != 1 || !got[0].Whole || !got[0].From.Equal(i.From) {
				t.Errorf("a run: %+v", got)
			}
		})
	}
}

// TestKinds tells which windows may be recorded by hand, and under which clause
// a hold stands whose ground the terms name otherwise.
func TestKinds(t *testing.T) {
	r := cpctest.Terms(t, nil)
	for kind, want := range map[string]bool{
		windows.Maintenance: true, windows.Authority: true, windows.Protection: true, windows.Schedule: true,
		windows.Hold: false, "NON_PAYMENT": false, "LUNCH": false, "": false,
	} {
		if windows.Known(r, kind) != want {
			t.Errorf("%q known: %t", kind, !want)
		}
	}
	if rule, ok := windows.Rule(r, windows.Hold, "cpc/10(b)"); !ok || rule.Clause != "cpc/31(i)" {
		t.Errorf("%+v %t", rule, ok)
	}
}

// TestAlert: people are reminded of a suspension without fault that lasts, never
// of a hold.
func TestAlert(t *testing.T) {
	r := cpctest.Terms(t, nil)
	w := windows.Window{Kind: windows.Authority, From: cpctest.At(t, "2024-05-02 10:00")}
	rule, due, ok := windows.Alert(r, w)
	if !ok || rule.Clause != "cpc/38(b)" || !due.Equal(cpctest.At(t, "2024-05-03 10:00")) {
		t.Errorf("%+v %v %t", rule, due, ok)
	}
	for _, kind := range []string{windows.Hold, windows.Schedule} {
		w.Kind = kind
		if _, _, ok := windows.Alert(r, w); ok {
			t.Errorf("%s is alerted", kind)
		}
	}
}

// TestLaws: what windows exclude lies in the outage and in the windows, whatever
// their order, and cutting a window in two changes nothing.
func TestLaws(t *testing.T) {
	r := cpctest.Terms(t, nil)
	zero := time.Date(2024, 3, 5, 0, 0, 0, 0, time.UTC)
	at := func(n int) time.Time { return zero.Add(time.Duration(n) * time.Minute) }
	rapid.Check(t, func(t *rapid.T) {
		i := windows.Incident{Name: "outage", From: at(0), To: at(rapid.IntRange(1, 100).Draw(t, "length"))}
		var all, cut []windows.Window
		var want interval.Set
		for range rapid.IntRange(0, 5).Draw(t, "windows") {
			from, length := rapid.IntRange(-50, 100).Draw(t, "from"), rapid.IntRange(1, 90).Draw(t, "length")
			w := windows.Window{
				Name: "window", From: at(from), To: at(from + length), Clause: "cpc/31(i)",
				Kind: rapid.SampledFrom([]string{windows.Maintenance, windows.Authority, windows.Protection, windows.Hold}).Draw(t, "kind"),
			}
			first, second := w, w
			first.To, second.From = at(from+length/2), at(from+length/2)
			all, cut = append(all, w), append(cut, second, first)
			want = want.Union(interval.Of(interval.Time{From: w.From, To: w.To}))
		}
		want = want.Clip(interval.Time{From: i.From, To: i.To})
		for _, ws := range [][]windows.Window{all, cut} {
			var got interval.Set
			for _, x := range windows.Exclude(r, i, ws) {
				got = got.Union(interval.Of(interval.Time{From: x.From, To: x.To}))
				if err := explain.Check(x.Explanation); err != nil {
					t.Fatal(err)
				}
			}
			if !got.Equal(want) {
				t.Fatalf("excluded %v, want %v", got.All(), want.All())
			}
		}
	})
}

func fmtSeconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }
