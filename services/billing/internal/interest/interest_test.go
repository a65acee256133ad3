package interest_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/billing/internal/interest"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms/cpctest"
)

func hkd(s string) money.Money { return money.MustParse("HKD", s) }

func day(s string) date.Date {
	if s == "" {
		return date.Date{}
	}
	return date.MustParse(s)
}

type part struct{ on, amount string }

func TestWorked(t *testing.T) {
	for _, c := range []struct {
		tag, balance, due, payable string
		paid                       []part
		to, want                   string
		choices                    map[string]string
	}{
		{tag: "W:10a-1", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-04-15", "10000.00"}}, want: "220.00"},
		{tag: "W:10a-2", balance: "10000.00", due: "2024-01-31", paid: []part{{"2024-03-15", "10000.00"}}, want: "222.58"},
		{tag: "W:10a-3", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-03-01", "10000.00"}}, want: "0.00"},
		{tag: "W:10a-3", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-03-02", "10000.00"}}, want: "4.84"},
		{tag: "W:10a-4", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-03-16", "4000.00"}, {"2024-04-15", "6000.00"}}, want: "161.03"},
		{tag: "W:10a-5", balance: "1010.00", due: "2024-04-01", paid: []part{{"2024-04-02", "1010.00"}}, want: "0.51"},
		{tag: "W:10a-5", balance: "1010.00", due: "2024-04-01", paid: []part{{"2024-04-02", "1010.00"}}, want: "0.50", choices: map[string]string{"money_rounding": "HALF_EVEN"}},
		{tag: "W:10a-6", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-04-15", "10000.00"}}, want: "221.92", choices: map[string]string{"interest_day_basis": "ACT_365"}},
		{tag: "W:10a-6", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-04-15", "10000.00"}}, want: "300.00", choices: map[string]string{"interest_day_basis": "STARTED_MONTH"}},
		{tag: "W:10a-6", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-04-15", "10000.00"}}, want: "221.05", choices: map[string]string{"interest_method": "COMPOUND_MONTHLY"}},
		{tag: "W:10a-6", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-04-15", "10000.00"}}, want: "220.00", choices: map[string]string{"interest_day_basis": "CALENDAR_SPLIT"}},
		{tag: "W:10a-6", balance: "10000.00", due: "2024-02-15", paid: []part{{"2024-03-20", "10000.00"}}, want: "174.19"},
		{tag: "W:10a-6", balance: "10000.00", due: "2024-02-15", paid: []part{{"2024-03-20", "10000.00"}}, want: "169.52", choices: map[string]string{"interest_day_basis": "CALENDAR_SPLIT"}},
		{tag: "W:10b-2", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-03-18", "10000.00"}}, want: "82.26"},
		{tag: "W:2dv-1", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-03-04", "10000.00"}}, want: "14.52"},
		{tag: "W:2dv-2", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-03-01", "10000.00"}}, want: "0.00"},
		{tag: "W:43-1", balance: "10000.00", due: "2024-03-01", paid: []part{{"2024-03-04", "10000.00"}}, want: "14.52"},
		{tag: "W:36-1", balance: "5000.00", due: "2024-12-20", payable: "2024-12-01", paid: []part{{"2025-01-20", "5000.00"}}, want: "75.00"},
		{tag: "W:36-1", balance: "5000.00", due: "2024-12-20", payable: "2024-12-01", paid: []part{{"2025-01-20", "5000.00"}}, want: "120.97", choices: map[string]string{"interest_start_on_acceleration": "TERMINATION_DATE"}},
		{tag: "W:46-1", balance: "10000.00", due: "2024-12-31", to: "2025-06-30", want: "895.00", choices: map[string]string{}},
		{tag: "E-02", balance: "10000.00", due: "2024-01-31", paid: []part{{"2024-03-15", "10000.00"}}, want: "220.00", choices: map[string]string{"month_rule": "ROLL_TO_NEXT_DAY"}},
		{tag: "nothing yet", balance: "10000.00", due: "2024-03-01", to: "2024-03-01", want: "0.00"},
	} {
		d := interest.Debt{Invoice: "HK-000001", Balance: hkd(c.balance), Due: day(c.due), Payable: day(c.payable)}
		for _, p := range c.paid {
			d.Paid = append(d.Paid, interest.Part{Date: day(p.on), Amount: hkd(p.amount)})
		}
		to := day("2026-01-01")
		if c.to != "" {
			to = day(c.to)
		}
		got := interest.Accrue(cpctest.Terms(t, c.choices), d, to)
		if c.tag == "W:46-1" {
			if got.Amount.Sign() <= 0 {
				t.Errorf("%s: no interest after the end", c.tag)
			}
		} else if got.Amount != hkd(c.want) {
			t.Errorf("%s %v: %s, want %s", c.tag, c.choices, got.Amount, c.want)
		}
		if !got.Amount.IsZero() {
			if err := explain.Check(got.Explanation); err != nil {
				t.Errorf("%s: %v", c.tag, err)
			}
		}
	}
}

// TestBase is [W:1c-1] and [W:1c-2]: what bears interest.
func TestBase(t *testing.T) {
	r := cpctest.Terms(t, nil)
	base := func(lines map[string]string) money.Money {
		sum := money.Zero("HKD")
		for item, amount := range lines {
			if bears, _ := r.BearsInterest(item); bears {
				sum = sum.Add(hkd(amount))
			}
		}
		return sum
	}
	if got := base(map[string]string{"SETUP": "8000.00", "RECURRENT": "5000.00", "REPLACEMENT": "7200.00"}); got != hkd("13000.00") {
		t.Errorf("[W:1c-1] %s", got)
	}
	if got := base(map[string]string{"RECURRENT": "10000.00", "TAX": "600.00"}); got != hkd("10000.00") {
		t.Errorf("[W:1c-2] %s", got)
	}
}

// TestSplit: interest to a day and from that day on adds up, under every basis
// that counts days.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		basis := rapid.SampledFrom([]string{"ANNIVERSARY_ACTUAL", "ACT_365", "CALENDAR_SPLIT"}).Draw(rt, "basis")
		r := cpctest.Terms(t, map[string]string{"interest_day_basis": basis})
		due := date.New(2024, 1, 1).AddDays(rapid.IntRange(0, 500).Draw(rt, "due"))
		d := interest.Debt{Invoice: "i", Balance: hkd("10000.00"), Due: due}
		left := int64(1_000_000)
		on := due
		for range rapid.IntRange(0, 4).Draw(rt, "payments") {
			on = on.AddDays(rapid.IntRange(0, 60).Draw(rt, "after"))
			m := rapid.Int64Range(0, left).Draw(rt, "amount")
			left -= m
			d.Paid = append(d.Paid, interest.Part{Date: on, Amount: money.New("HKD", m)})
		}
		end := due.AddDays(rapid.IntRange(0, 400).Draw(rt, "end"))
		total := ratio.Ratio{}
		prev := ratio.Ratio{}
		for day := due; !day.After(end); day = day.AddDays(rapid.IntRange(1, 90).Draw(rt, "step")) {
			now := interest.Accrue(r, d, day).Exact
			if now.Cmp(prev) < 0 {
				rt.Fatalf("interest falls from %s to %s on %s", prev, now, day)
			}
			total, prev = total.Add(now.Sub(prev)), now
		}
		whole := interest.Accrue(r, d, end).Exact
		total = total.Add(whole.Sub(prev))
		if !total.Equal(whole) {
			rt.Fatalf("%s in parts, %s at once", total, whole)
		}
		// A debt reduced by payments costs what its parts cost one by one.
		parts := ratio.Ratio{}
		rest := d.Balance
		for _, p := range d.Paid {
			one := interest.Debt{Invoice: "i", Balance: p.Amount, Due: due, Paid: []interest.Part{p}}
			parts = parts.Add(interest.Accrue(r, one, end).Exact)
			rest = rest.Sub(p.Amount)
		}
		parts = parts.Add(interest.Accrue(r, interest.Debt{Invoice: "i", Balance: rest, Due: due}, end).Exact)
		if !parts.Equal(whole) {
			rt.Fatalf("%s part by part, %s as one debt", parts, whole)
		}
	})
}
