package compensation_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/billing/internal/compensation"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cpctest"
)

func hkd(s string) money.Money { return money.MustParse("HKD", s) }

func day(s string) date.Date {
	if s == "" {
		return date.Date{}
	}
	return date.MustParse(s)
}

// service is the catalogue's: from 2024-01-15 for twelve months at 5,000.00.
func service(price string, offers ...tariff.Offer) tariff.Subscription {
	return tariff.Subscription{
		ID: "web", Kind: "COMPUTE", Commencement: day("2024-01-15"), TermEnd: day("2025-01-15"), TermMonths: 12,
		Prices: []tariff.Price{{ID: "base", Item: terms.ItemRecurrent, Amount: ratio.MustParse(price), Offers: offers}},
	}
}

var fifth = tariff.Offer{ID: "fifth", Discount: ratio.MustParse("0.2")}

func TestWorked(t *testing.T) {
	for _, c := range []struct {
		tag, price         string
		offers             []tariff.Offer
		cause              string
		notice, noticeLast string
		last, want, clause string
	}{
		{"W:31I-1", "5000", nil, "BREACH", "", "", "2024-06-30", "32333.33", "cpc/31(I)"},
		{"W:31I-2", "5000", nil, "BREACH", "", "", "2024-11-30", "10000.00", "cpc/31(I)"},
		{"W:31I-3", "5000", nil, "BREACH", "", "", "2024-11-14", "10000.00", "cpc/31(I)"},
		{"W:31I-4", "5000", nil, "BREACH", "", "", "2025-01-14", "10000.00", "cpc/31(I)"},
		{"W:31II-1", "5000", []tariff.Offer{fifth}, "BREACH", "", "", "2025-03-01", "10000.00", "cpc/31(II)"},
		{"W:31II-2", "0", nil, "BREACH", "", "", "2025-03-01", "0.00", "cpc/31(II)"},
		{"W:35-1", "5000", nil, "PROVIDER_NOTICE", "2024-05-20", "2024-07-20", "2024-07-20", "0.00", "cpc/35"},
		{"W:35-1", "5000", nil, "PROVIDER_BREACH", "2024-05-20", "2024-07-20", "2024-07-20", "0.00", "cpc/35"},
		{"W:35-2", "5000", nil, "CUSTOMER_NOTICE", "2024-05-20", "2024-07-20", "2024-09-30", "17333.33", "cpc/35(a)"},
		{"W:35a-1", "5000", nil, "CUSTOMER_NOTICE", "2024-05-20", "2024-07-20", "2024-07-20", "29032.26", "cpc/35(a)"},
		{"W:35a-2", "5000", []tariff.Offer{fifth}, "CUSTOMER_NOTICE", "2024-12-20", "2025-02-20", "2025-02-20", "0.00", "cpc/35(a)"},
		{"W:35a-2", "5000", []tariff.Offer{fifth}, "CUSTOMER_NOTICE", "2024-12-20", "2025-02-20", "2024-12-20", "9297.24", "cpc/35(a)"},
		{"W:35a-3", "5000", nil, "CUSTOMER_NOTICE", "2024-11-14", "2025-01-14", "2025-01-14", "0.00", "cpc/35(a)"},
		{"W:35a-3", "5000", nil, "CUSTOMER_NOTICE", "2024-11-15", "2025-01-15", "2025-01-14", "161.29", "cpc/35(a)"},
		{"W:35b-1", "5000", nil, "CUSTOMER_NOTICE", "2025-03-10", "2025-05-10", "2025-03-31", "6591.40", "cpc/35(b)"},
		{"W:35b-2", "5000", nil, "CUSTOMER_NOTICE", "2025-03-10", "2025-05-10", "2025-05-10", "0.00", "cpc/35(b)"},
		{"expiry", "5000", nil, "EXPIRY", "", "", "2025-01-14", "0.00", "cpc/4"},
	} {
		s := service(c.price, c.offers...)
		s.EndCause, s.LastDay, s.NoticeDate, s.NoticeLastDay = c.cause, day(c.last), day(c.notice), day(c.noticeLast)
		got := compensation.Assess(cpctest.Terms(t, nil), s, "HKD")
		if got.Amount != hkd(c.want) || got.Clause != c.clause {
			t.Errorf("%s: %s by %s, want %s by %s", c.tag, got.Amount, got.Clause, c.want, c.clause)
		}
		if err := explain.Check(got.Explanation); err != nil {
			t.Errorf("%s: %v", c.tag, err)
		}
	}
}

// TestRecurrent is [W:1rc-1] and [W:1rc-2]: two months of a quarterly price and
// of a service without recurrent charges.
func TestRecurrent(t *testing.T) {
	r := cpctest.Terms(t, nil)
	s := service("54000")
	s.Prices[0].PeriodMonths = 3
	b := explain.New()
	month := tariff.Rates{R: r, S: s}.Month(b, day("2024-03-01"))
	if month.Ratio().String() != "18000" || month.Ratio().Mul(ratio.Int(2)).String() != "36000" || month.Ratio().Mul(ratio.Int(3)).String() != "54000" {
		t.Errorf("[W:1rc-1] %s", month.Ratio())
	}
	s.Prices = nil
	if m := (tariff.Rates{R: r, S: s}).Month(b, day("2024-03-01")); !m.Ratio().IsZero() {
		t.Errorf("[W:1rc-2] %s", m.Ratio())
	}
}

func TestCancellation(t *testing.T) {
	r := cpctest.Terms(t, nil)
	order := func(oneOff, setup, price string, months int) tariff.Subscription {
		s := tariff.Subscription{ID: "web", Kind: "COMPUTE", TermMonths: 12, Cancelled: true, CancelDate: day("2024-04-02")}
		for item, amount := range map[string]string{terms.ItemOneOff: oneOff, terms.ItemSetup: setup} {
			s.Prices = append(s.Prices, tariff.Price{ID: "p" + item, Item: item, Amount: ratio.MustParse(amount)})
		}
		s.Prices = append(s.Prices, tariff.Price{ID: "base", Item: terms.ItemRecurrent, Amount: ratio.MustParse(price), PeriodMonths: months})
		return s
	}
	for _, c := range []struct {
		tag                  string
		oneOff, setup, price string
		months               int
		costs                []string
		paid, want           string
		freeMonths           int
		deemed               bool
	}{
		{tag: "W:33-1", oneOff: "3000", setup: "8000", price: "5000", costs: []string{"18000.00", "7500.00"}, paid: "0", want: "25500.00"},
		{tag: "W:33ii-1", oneOff: "3000", setup: "8000", price: "5000", costs: []string{"18000.00", "7500.00"}, paid: "0", want: "25500.00"},
		{tag: "W:33-2", oneOff: "3000", setup: "8000", price: "5000", costs: []string{"6000.00"}, paid: "0", want: "21000.00"},
		{tag: "W:33-2", oneOff: "3000", setup: "8000", price: "5000", costs: []string{"21000.00"}, paid: "0", want: "21000.00"},
		{tag: "W:33i-1", oneOff: "3000", setup: "8000", price: "5000", paid: "0", want: "21000.00"},
		{tag: "W:33ii-2", oneOff: "3000", setup: "8000", price: "5000", paid: "0", want: "21000.00", deemed: true},
		{tag: "W:33i-2", oneOff: "0", setup: "0", price: "54000", months: 3, paid: "0", want: "36000.00"},
		{tag: "W:33i-2", oneOff: "0", setup: "0", price: "0", paid: "0", want: "0.00"},
		{tag: "free months do not count", oneOff: "3000", setup: "8000", price: "5000", paid: "0", want: "21000.00", freeMonths: 2},
		{tag: "net of paid", oneOff: "3000", setup: "8000", price: "5000", paid: "8000.00", want: "13000.00"},
	} {
		s := order(c.oneOff, c.setup, c.price, c.months)
		s.Deemed = c.deemed
		if c.freeMonths > 0 {
			s.Prices[2].Offers = []tariff.Offer{{ID: "free", Discount: ratio.Int(1), Months: c.freeMonths}}
		}
		var costs []compensation.Cost
		for _, x := range c.costs {
			costs = append(costs, compensation.Cost{Name: "costs/x#amount", Amount: hkd(x)})
		}
		got := compensation.Cancelled(r, s, costs, hkd(c.paid), "HKD")
		if got.Amount != hkd(c.want) {
			t.Errorf("%s: %s, want %s", c.tag, got.Amount, c.want)
		}
		if err := explain.Check(got.Explanation); err != nil {
			t.Errorf("%s: %v", c.tag, err)
		}
	}
	if got := compensation.PayBy(r, day("2024-04-02"), date.Date{}); got != day("2024-05-02") {
		t.Errorf("damages by %s", got)
	}
	// E-05: the day that the demand states comes first.
	if got := compensation.PayBy(r, day("2024-04-02"), day("2024-04-20")); got != day("2024-04-20") {
		t.Errorf("damages by %s", got)
	}
}

// TestCompeting: one compensation, the higher, where a breach ends the service
// while the customer's notice runs.
func TestCompeting(t *testing.T) {
	r := cpctest.Terms(t, nil)
	s := service("5000")
	s.EndCause, s.LastDay = "BREACH", day("2025-03-31")
	s.NoticeDate, s.NoticeLastDay = day("2025-03-30"), day("2025-05-30")
	if got := compensation.Assess(r, s, "HKD"); got.Clause != "cpc/31(II)" || got.Amount != hkd("10000.00") {
		t.Errorf("%s by %s", got.Amount, got.Clause)
	}
	s.LastDay, s.NoticeDate, s.NoticeLastDay = day("2024-06-30"), day("2024-06-20"), day("2025-08-20")
	if got := compensation.Assess(r, s, "HKD"); got.Clause != "cpc/35(a)" {
		t.Errorf("%s by %s", got.Amount, got.Clause)
	}
}

// TestBeforeCommencement: a breach before commencement costs the whole period.
func TestBeforeCommencement(t *testing.T) {
	s := service("5000")
	s.Commencement, s.TermEnd, s.EndCause, s.LastDay = date.Date{}, date.Date{}, "BREACH", day("2024-01-10")
	got := compensation.Assess(cpctest.Terms(t, nil), s, "HKD")
	if got.Amount != hkd("60000.00") || explain.Check(got.Explanation) != nil || got.Review {
		t.Errorf("%s, review %v", got.Amount, got.Review)
	}
}

// TestNoDoubleCharge: ordinary charges to the last day and the compensation
// together are the charges to the later of term and notice, whenever the customer
// leaves.
func TestNoDoubleCharge(t *testing.T) {
	r := cpctest.Terms(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		s := service("5000", fifth)
		s.NoticeDate = s.Commencement.AddDays(rapid.IntRange(0, 700).Draw(t, "notice"))
		s.NoticeLastDay = s.NoticeDate.AddMonths(2, date.Clamped)
		s.LastDay = s.NoticeDate.AddDays(rapid.IntRange(0, 200).Draw(t, "last"))
		s.EndCause = "CUSTOMER_NOTICE"
		rates := tariff.Rates{R: r, S: s}
		b := explain.New()
		end := date.Max(s.TermEnd, s.NoticeLastDay.AddDays(1))
		if !s.NoticeDate.Before(s.TermEnd) {
			end = s.NoticeLastDay.AddDays(1)
		}
		all := rates.Sum(b, date.Span{From: s.Commencement, To: date.Max(end, s.LastDay.AddDays(1))}, tariff.Contract)
		run := rates.Sum(b, date.Span{From: s.Commencement, To: s.LastDay.AddDays(1)}, tariff.Contract)
		want := money.FromRatio("HKD", all.Ratio().Sub(run.Ratio()), ratio.HalfUp)
		if got := compensation.Assess(r, s, "HKD"); got.Amount != want {
			t.Fatalf("compensation %s, want %s", got.Amount, want)
		}
	})
}
