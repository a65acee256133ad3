package cancellation_test

import (
	"testing"

	"cloudpact.dev/services/billing/internal/cancellation"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/terms/cpctest"
)

func TestJudge(t *testing.T) {
	received, notice := date.MustParse("2024-04-02"), date.MustParse("2024-03-28")
	for _, c := range []struct {
		tag  string
		f    cancellation.Facts
		want cancellation.Verdict
	}{
		{"33a-1 in the window", cancellation.Facts{Received: received, Commencement: notice, Provisional: true}, cancellation.Wait},
		{"33a-1 after it", cancellation.Facts{Received: received, Commencement: notice}, cancellation.TooLate},
		{"33a-2", cancellation.Facts{Received: received}, cancellation.Cancelled},
		{"before the notice", cancellation.Facts{Received: notice.AddDays(-1), Commencement: notice, Provisional: true}, cancellation.Cancelled},
		{"on the day", cancellation.Facts{Received: notice, Commencement: notice}, cancellation.TooLate},
	} {
		if got := cancellation.Judge(c.f); got != c.want {
			t.Errorf("%s: %s", c.tag, got)
		}
	}
}

func TestDeemed(t *testing.T) {
	for _, c := range []struct {
		tag, signed, last string
		choices           []string
	}{
		{"33b-1", "2024-08-31", "2025-02-28", nil},
		{"33b-2", "2023-08-31", "2024-02-29", nil},
		{"33b-1 rolled", "2024-08-31", "2025-03-01", []string{"month_rule", "ROLL_TO_NEXT_DAY"}},
	} {
		d, ok := cancellation.DeemedFrom(cpctest.Chosen(t, c.choices...), date.MustParse(c.signed))
		if !ok || d.LastDay.String() != c.last || !d.NeedsCustomerDelay {
			t.Errorf("%s: %+v", c.tag, d)
		}
		cpctest.Explained(t, d.Explanation, c.last, "cpc/33(b)")
	}
	none := cpctest.Chosen(t)
	without := *none.Terms
	without.Cancellation = nil
	none.Terms = &without
	if _, ok := cancellation.DeemedFrom(none, date.MustParse("2024-08-31")); ok {
		t.Error("there is no such clause")
	}
}
