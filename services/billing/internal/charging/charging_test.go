package charging_test

import (
	"testing"

	"cloudpact.dev/services/billing/internal/charging"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cpctest"
)

func hkd(s string) money.Money { return money.MustParse("HKD", s) }

func day(s string) date.Date { return date.MustParse(s) }

func service(scd string, months int, prices ...tariff.Price) tariff.Subscription {
	return tariff.Subscription{
		ID: "web", Kind: "COMPUTE", Commencement: day(scd), TermMonths: months, TermEnd: day(scd).AddMonths(months, date.Clamped), Prices: prices,
	}
}

func price(item, amount string) tariff.Price {
	return tariff.Price{ID: "p-" + item, Item: item, Amount: ratio.MustParse(amount)}
}

// until is every charge that arose by a day.
func until(t *testing.T, r terms.Resolved, f charging.Facts, on string) []charging.Charge {
	t.Helper()
	f.Currency = "HKD"
	out, _ := charging.Should(r, f, charging.Window{Through: day(on)})
	for _, c := range out {
		if err := explain.Check(c.Explanation); err != nil {
			t.Errorf("%s: %v", c.Identity, err)
		}
		if last, _ := c.Explanation.Final(); ratio.MustParse(last.Result).Cmp(c.Amount.Ratio()) != 0 {
			t.Errorf("%s: derived %s, charged %s", c.Identity, last.Result, c.Amount)
		}
	}
	return out
}

func amounts(cs []charging.Charge) []string {
	var out []string
	for _, c := range cs {
		out = append(out, c.Date.String()+" "+c.Amount.Decimal())
	}
	return out
}

func same(t *testing.T, tag string, got []charging.Charge, want ...string) {
	t.Helper()
	a := amounts(got)
	if len(a) != len(want) {
		t.Errorf("%s: %v, want %v", tag, a, want)
		return
	}
	for i := range a {
		if a[i] != want[i] {
			t.Errorf("%s: charge %d is %s, want %s", tag, i, a[i], want[i])
		}
	}
}

func TestOnce(t *testing.T) {
	r := cpctest.Terms(t, nil)
	s := service("2024-01-15", 12, price(terms.ItemSetup, "8000"), price(terms.ItemOneOff, "3000"))
	same(t, "W:1su-1", until(t, r, charging.Facts{Subscription: s}, "2024-01-15"), "2024-01-15 3000.00", "2024-01-15 8000.00")
	same(t, "before", until(t, r, charging.Facts{Subscription: s}, "2024-01-14"))
	s.Provisional = true
	same(t, "provisional", until(t, r, charging.Facts{Subscription: s}, "2024-06-01"))
}

func TestUsage(t *testing.T) {
	r := cpctest.Terms(t, nil)
	s := service("2024-01-15", 12, tariff.Price{ID: "gb", Item: terms.ItemUsage, Amount: ratio.MustParse("0.35"), Meter: "gb"},
		tariff.Price{ID: "call", Item: terms.ItemUsage, Amount: ratio.MustParse("0.125"), Meter: "call"})
	use := func(meter, on string, n int64) charging.Usage {
		return charging.Usage{Meter: meter, Day: day(on), Quantity: ratio.Int(n)}
	}
	f := charging.Facts{Subscription: s, Usage: []charging.Usage{
		use("gb", "2024-01-20", 1000), use("gb", "2024-02-14", 234), use("gb", "2024-02-15", 0), use("call", "2024-01-15", 3), use("gb", "2024-01-14", 7),
	}}
	same(t, "W:1us-1 W:1us-2", until(t, r, f, "2024-02-15"), "2024-02-15 0.38", "2024-02-15 431.90")
	same(t, "in arrears", until(t, r, f, "2024-02-14"))
	f.Subscription.LastDay = day("2024-02-03")
	same(t, "to the end", until(t, r, f, "2024-02-04"), "2024-02-04 0.38", "2024-02-04 350.00")
	half := cpctest.Terms(t, map[string]string{"money_rounding": "HALF_EVEN"})
	f.Subscription.LastDay = date.Date{}
	same(t, "half even", until(t, half, f, "2024-02-15"), "2024-02-15 0.38", "2024-02-15 431.90")
}

func TestRecurrent(t *testing.T) {
	r := cpctest.Terms(t, nil)
	// [W:8-1]
	s := service("2024-01-31", 12, price(terms.ItemRecurrent, "5000"))
	same(t, "W:8-1", until(t, r, charging.Facts{Subscription: s}, "2024-04-30"),
		"2024-01-31 5000.00", "2024-02-29 5000.00", "2024-03-31 5000.00", "2024-04-30 5000.00")
	roll := cpctest.Terms(t, map[string]string{"month_rule": "ROLL_TO_NEXT_DAY"})
	same(t, "E-02", until(t, roll, charging.Facts{Subscription: s}, "2024-04-30"), "2024-01-31 5000.00", "2024-03-01 5000.00", "2024-03-31 5000.00")

	// [W:4-2]: the offer ends with the service period.
	p := price(terms.ItemRecurrent, "5000")
	p.Offers = []tariff.Offer{{ID: "fifth", Discount: ratio.MustParse("0.2")}}
	s = service("2024-01-15", 12, p)
	got := until(t, r, charging.Facts{Subscription: s}, "2025-01-15")
	if len(got) != 13 || got[11].Amount != hkd("4000.00") || got[12].Amount != hkd("5000.00") || got[12].Date != day("2025-01-15") {
		t.Errorf("[W:4-2] %v", amounts(got))
	}
	// E-06: the last invoice of the term names the other reading.
	last, _ := got[11].Explanation.Final()
	named := false
	for _, c := range last.Citations {
		named = named || c.Clause == "cpc/4" && c.Readings[0].Name == "special_offer_lapse"
	}
	if last.Note == "" || !named {
		t.Errorf("E-06: note %q", last.Note)
	}
	// [W:4-3]: calendar months split the month in which the offer ends.
	cal := cpctest.Terms(t, map[string]string{"billing_month_anchor": "CALENDAR_MONTH"})
	got = until(t, cal, charging.Facts{Subscription: s}, "2025-01-15")
	if n := len(got); n != 13 || got[12].Amount != hkd("4548.39") || got[12].Date != day("2025-01-01") || got[0].Amount != hkd("2193.55") {
		t.Errorf("[W:4-3] %v", amounts(got))
	}
	// A free first month is a line of nothing.
	p.Offers = []tariff.Offer{{ID: "free", Discount: ratio.Int(1), Months: 1}}
	same(t, "free month", until(t, r, charging.Facts{Subscription: service("2024-01-15", 12, p)}, "2024-02-15"), "2024-01-15 0.00", "2024-02-15 5000.00")
	// A quarterly price in advance.
	p = price(terms.ItemRecurrent, "54000")
	p.PeriodMonths = 3
	same(t, "quarter", until(t, r, charging.Facts{Subscription: service("2024-01-15", 12, p)}, "2024-05-01"), "2024-01-15 54000.00", "2024-04-15 54000.00")
	p.Offers = []tariff.Offer{{ID: "free", Discount: ratio.Int(1), FromMonth: 1, Months: 1}}
	same(t, "quarter with a free month", until(t, r, charging.Facts{Subscription: service("2024-01-15", 12, p)}, "2024-01-15"), "2024-01-15 36000.00")
}

func TestUnits(t *testing.T) {
	r := cpctest.Terms(t, nil)
	p, setup := price(terms.ItemRecurrent, "300"), price(terms.ItemSetup, "100")
	p.PerUnit, setup.PerUnit = true, true
	s := service("2024-01-15", 12, p, setup)
	s.Units = []tariff.Unit{{ID: "vm-1"}, {ID: "vm-2", Added: day("2024-02-25")}, {ID: "vm-3", Added: day("2024-03-16"), Replaces: "vm-1"}}
	s.Units[0].Removed = day("2024-03-15")
	same(t, "units", until(t, r, charging.Facts{Subscription: s}, "2024-03-16"),
		"2024-01-15 300.00", "2024-01-15 100.00", "2024-02-15 300.00",
		"2024-02-25 196.55", "2024-02-25 100.00", // 19 of 29 days
		"2024-03-15 9.68", "2024-03-15 300.00", // one day of vm-1
		"2024-03-16 290.32") // vm-3 takes its place
}

func TestEnd(t *testing.T) {
	r := cpctest.Terms(t, nil)
	none := cpctest.Terms(t, map[string]string{"prepaid_refund": "NONE"})
	s := service("2024-01-15", 12, price(terms.ItemRecurrent, "5000"))
	before := until(t, r, charging.Facts{Subscription: s}, "2025-04-15")
	s.LastDay, s.EndCause = day("2025-05-10"), "CUSTOMER_NOTICE"
	s.NoticeDate, s.NoticeLastDay = day("2025-03-10"), day("2025-05-10")
	f := charging.Facts{Subscription: s, Currency: "HKD"}
	// [W:8-2]: four of thirty prepaid days.
	diff := charging.Difference(until(t, r, f, "2025-05-11"), wasOf(before), day("2025-05-11"))
	if len(diff) != 1 || diff[0].Amount != hkd("-666.67") || diff[0].Sequence != 2 || explain.Check(diff[0].Explanation) != nil {
		t.Errorf("[W:8-2] %+v", diff)
	}
	if diff := charging.Difference(until(t, none, f, "2025-05-11"), wasOf(before), day("2025-05-11")); len(diff) != 0 {
		t.Errorf("[W:8-2] without refund %+v", diff)
	}
	// In the term: the remainder once, whatever was prepaid.
	s.LastDay, s.NoticeDate, s.NoticeLastDay = day("2024-07-20"), day("2024-05-20"), day("2024-07-20")
	f.Subscription = s
	got := until(t, r, f, "2024-07-21")
	if c := got[len(got)-1]; c.Identity != "compensation/web" || c.Amount != hkd("29032.26") || !c.Bears {
		t.Errorf("[W:35a-1] %+v", c)
	}
	if c := got[len(got)-2]; c.Amount != hkd("967.74") || c.Date != day("2024-07-15") {
		t.Errorf("the last month is charged %s", c.Amount)
	}
}

func TestEvents(t *testing.T) {
	r := cpctest.Terms(t, nil)
	ev := func(identity, item, clause, amount string) charging.Event {
		return charging.Event{Identity: identity, Item: item, Clause: clause, Amount: hkd(amount), Date: day("2024-05-03")}
	}
	for _, c := range []struct {
		tag   string
		in    []charging.Event
		bears bool
		want  []string
	}{
		{"W:S1.8-1", []charging.Event{ev("scd-change/web/2", terms.ItemOtherRelated, "cpc/S1/1.8", "1500.00")}, true, []string{"1500.00"}},
		{"W:S3.5-1", []charging.Event{ev("overage/vm-1/1/1", terms.ItemOverage, "cpc/S3/3.5", "300.00")}, true, []string{"300.00"}},
		{"W:18-1", []charging.Event{ev("replacement/appliance", terms.ItemReplacement, "cpc/18", "7200.00")}, false, []string{"7200.00"}},
		{"W:18-2", []charging.Event{ev("replacement/appliance", terms.ItemReplacement, "cpc/18", "0.00")}, false, nil},
		{"W:28-1", []charging.Event{ev("other/claim", terms.ItemIndemnity, "cpc/28", "30000.00"), ev("other/costs", terms.ItemIndemnity, "cpc/28", "12500.00")}, false, []string{"30000.00", "12500.00"}},
		{"W:28-2", []charging.Event{ev("other/costs", terms.ItemIndemnity, "cpc/28", "12500.00")}, false, []string{"12500.00"}},
		{"W:32-1", []charging.Event{ev("restoration/h1", terms.ItemRestoration, "cpc/32", "500.00")}, true, []string{"500.00"}},
		{"W:32-2", []charging.Event{ev("restoration/h1", terms.ItemRestoration, "cpc/32", "0.00")}, true, nil},
		{"W:S1.4-1", []charging.Event{ev("other/room", terms.ItemIndemnity, "cpc/S1/1.4", "3300.00")}, false, []string{"3300.00"}},
		{"W:S13.3-1", []charging.Event{ev("other/hours", terms.ItemOtherRelated, "cpc/S13/13.3", "5100.00")}, true, []string{"5100.00"}},
	} {
		got := until(t, r, charging.Facts{Events: c.in}, "2024-05-03")
		if len(got) != len(c.want) {
			t.Errorf("%s: %v", c.tag, amounts(got))
			continue
		}
		for i, g := range got {
			if g.Amount != hkd(c.want[len(c.want)-1-i]) && g.Amount != hkd(c.want[i]) || g.Bears != c.bears {
				t.Errorf("%s: %s, bears %v", c.tag, g.Amount, g.Bears)
			}
		}
	}
	// Without an agreed price a use is parked, not lost.
	e := ev("overage/vm-1/2/1", terms.ItemOverage, "cpc/S3/3.5", "0")
	e.Unpriced = true
	if got, parked := charging.Should(r, charging.Facts{Currency: "HKD", Events: []charging.Event{e}}, charging.Window{Through: day("2024-06-01")}); len(got) != 0 ||
		len(parked) != 1 || parked[0].Reason != charging.ReasonPriceMissing {
		t.Errorf("parked %v, charged %v", parked, got)
	}
	// A withdrawn replacement is taken back.
	e = ev("replacement/appliance", terms.ItemReplacement, "cpc/21", "7200.00")
	was := wasOf(until(t, r, charging.Facts{Events: []charging.Event{e}}, "2024-05-03"))
	e.Withdrawn = true
	diff := charging.Difference(until(t, r, charging.Facts{Events: []charging.Event{e}}, "2024-05-09"), was, day("2024-05-09"))
	if len(diff) != 1 || diff[0].Amount != hkd("-7200.00") || diff[0].Date != day("2024-05-09") || explain.Check(diff[0].Explanation) != nil {
		t.Errorf("withdrawn: %+v", diff)
	}
}

func TestCancelled(t *testing.T) {
	r := cpctest.Terms(t, nil)
	s := tariff.Subscription{ID: "web", Kind: "COMPUTE", Cancelled: true, CancelDate: day("2024-04-02"), Prices: []tariff.Price{
		price(terms.ItemOneOff, "3000"), price(terms.ItemSetup, "8000"), price(terms.ItemRecurrent, "5000"),
	}}
	got := until(t, r, charging.Facts{Subscription: s}, "2024-04-02")
	if len(got) != 1 || got[0].Amount != hkd("21000.00") || got[0].PayBy != day("2024-05-02") || got[0].Bears {
		t.Errorf("[W:33i-1] %+v", got)
	}
	cost := charging.Event{Identity: "other/line", Item: terms.ItemDamages, Clause: "cpc/33(ii)", Amount: hkd("25500"), Date: day("2024-04-05"), Memo: true}
	more := until(t, r, charging.Facts{Subscription: s, Events: []charging.Event{cost}}, "2024-04-05")
	diff := charging.Difference(more, wasOf(got), day("2024-04-05"))
	if len(diff) != 1 || diff[0].Amount != hkd("4500.00") {
		t.Errorf("[W:33ii-1] %+v", diff)
	}
}

// wasOf is the state after charges were written once.
func wasOf(cs []charging.Charge) map[string]charging.Was {
	was := map[string]charging.Was{}
	for _, c := range cs {
		was[c.Identity] = charging.Was{Charge: c, Sequence: 1, Total: c.Amount}
	}
	return was
}
