package notice_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/billing/internal/notice"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/terms/cpctest"
)

func day(text string) date.Date {
	if text == "" {
		return date.Date{}
	}
	return date.MustParse(text)
}

func customer(served, acknowledged string) notice.Facts {
	return notice.Facts{
		Party: "CUSTOMER", Kind: "COMPUTE", Served: day(served), Acknowledged: day(acknowledged),
		PrescribedForm: true, Signed: true,
	}
}

// TestRunning walks the worked numbers of clause 34, and the months of 2(d)(i).
func TestRunning(t *testing.T) {
	acknowledged := []string{"notice_clock", "ACKNOWLEDGED_DATE"}
	rolled := []string{"month_rule", "ROLL_TO_NEXT_DAY"}
	for _, c := range []struct {
		tag       string
		choices   []string
		facts     notice.Facts
		requested string
		last      string
		service   string
	}{
		{"34-1", nil, customer("2024-12-31", "2024-12-31"), "", "2025-02-28", "2025-02-28"},
		{"34-1 leap", nil, customer("2023-12-31", "2023-12-31"), "", "2024-02-29", "2024-02-29"},
		{"34-1 june", nil, customer("2024-06-30", "2024-06-30"), "", "2024-08-30", "2024-08-30"},
		{"34-1 rolled", rolled, customer("2024-12-31", "2024-12-31"), "", "2025-03-01", "2025-03-01"},
		{"34-2", nil, customer("2024-05-20", "2024-05-22"), "", "2024-07-20", "2024-07-20"},
		{"34-2 acknowledged", acknowledged, customer("2024-05-20", "2024-05-22"), "", "2024-07-22", "2024-07-22"},
		{"34-3 form", nil, customer("2024-06-03", "2024-06-03"), "", "2024-08-03", "2024-08-03"},
		{"35-2 longer", nil, customer("2024-05-20", "2024-05-20"), "2024-09-30", "2024-07-20", "2024-09-30"},
		{"35b-1 shorter", nil, customer("2025-03-10", "2025-03-10"), "2025-03-31", "2025-05-10", "2025-03-31"},
		{"35a-2 at once", nil, customer("2024-12-20", "2024-12-20"), "2024-12-20", "2025-02-20", "2024-12-20"},
		{"not before receipt", nil, customer("2024-05-20", "2024-06-01"), "2024-05-25", "2024-07-20", "2024-06-01"},
		{"35a-3", nil, customer("2024-11-14", "2024-11-14"), "", "2025-01-14", "2025-01-14"},
		{"2di-2", nil, customer("2023-12-31", "2024-01-02"), "", "2024-02-29", "2024-02-29"},
		{"provider", nil, notice.Facts{Party: "PROVIDER", Kind: "MAIL", Served: day("2024-05-20")}, "", "2024-07-20", "2024-07-20"},
		{"provider's clock is service", acknowledged, notice.Facts{Party: "PROVIDER", Kind: "MAIL", Served: day("2024-05-20")}, "", "2024-07-20", "2024-07-20"},
	} {
		t.Run(c.tag, func(t *testing.T) {
			f := c.facts
			f.Requested = day(c.requested)
			d, ok := notice.Decide(cpctest.Chosen(t, c.choices...), f)
			if !ok || d.State != notice.Running || d.NoticeLastDay != day(c.last) || d.ServiceLastDay != day(c.service) || d.TooShort {
				t.Fatalf("%+v", d)
			}
			cpctest.Explained(t, d.Explanation, c.last, "cpc/34")
			cpctest.Explained(t, d.Service, c.service, "cpc/34")
		})
	}
}

// TestVoid is [W:34-3]: without the form, or without the acknowledgement, a
// customer's notice has no effect.
func TestVoid(t *testing.T) {
	terms := cpctest.Chosen(t)
	f := customer("2024-05-20", "2024-05-20")
	for _, spoil := range []func(*notice.Facts){
		func(f *notice.Facts) { f.PrescribedForm = false },
		func(f *notice.Facts) { f.Signed = false },
	} {
		bad := f
		spoil(&bad)
		if d, _ := notice.Decide(terms, bad); d.State != notice.Invalid || !d.NoticeLastDay.IsZero() {
			t.Errorf("%+v", d)
		}
	}
	f.Acknowledged = date.Date{}
	d, _ := notice.Decide(terms, f)
	if d.State != notice.Served || !d.NoticeLastDay.IsZero() || d.RemindOn != day("2024-05-24") {
		t.Errorf("%+v", d)
	}
	late := notice.Facts{Party: "PROVIDER", Kind: "MAIL", Served: day("2024-05-20"), Requested: day("2024-06-20")}
	if d, _ := notice.Decide(terms, late); !d.TooShort {
		t.Errorf("the provider gave one month: %+v", d)
	}
	if _, ok := notice.Decide(terms, notice.Facts{Party: "NOBODY"}); ok {
		t.Error("nobody may give notice")
	}
}

// TestLaws: a later notice never ends earlier, and the clock that starts with
// the acknowledgement never ends before the one that starts with service.
func TestLaws(t *testing.T) {
	served, acknowledged := cpctest.Chosen(t), cpctest.Chosen(t, "notice_clock", "ACKNOWLEDGED_DATE")
	rapid.Check(t, func(t *rapid.T) {
		on := date.New(2020, 1, 1).AddDays(rapid.IntRange(0, 3000).Draw(t, "served"))
		f := notice.Facts{
			Party: "CUSTOMER", Kind: "COMPUTE", Served: on, PrescribedForm: true, Signed: true,
			Acknowledged: on.AddDays(rapid.IntRange(0, 30).Draw(t, "wait")),
		}
		a, _ := notice.Decide(served, f)
		b, _ := notice.Decide(acknowledged, f)
		if b.NoticeLastDay.Before(a.NoticeLastDay) || a.NoticeLastDay.Sub(on) < 59 || a.NoticeLastDay.Sub(on) > 62 {
			t.Fatalf("%+v, %+v", a, b)
		}
		next := f
		next.Served, next.Acknowledged = f.Served.AddDays(1), f.Acknowledged.AddDays(1)
		if c, _ := notice.Decide(served, next); c.NoticeLastDay.Before(a.NoticeLastDay) {
			t.Fatalf("%v ends %v, a day later %v", f.Served, a.NoticeLastDay, c.NoticeLastDay)
		}
	})
}
