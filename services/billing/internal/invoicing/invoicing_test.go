package invoicing_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms/cpctest"
)

func hkd(s string) money.Money { return money.MustParse("HKD", s) }

func day(s string) date.Date {
	if s == "" {
		return date.Date{}
	}
	return date.MustParse(s)
}

func TestDue(t *testing.T) {
	r := cpctest.Terms(t, nil)
	for _, c := range []struct{ tag, issued, due string }{
		{"W:9-1", "2024-01-31", "2024-03-01"},
		{"W:9-1", "2023-01-31", "2023-03-02"},
		{"W:9-2", "2024-12-02", "2025-01-01"},
		{"W:8-3", "2024-05-06", "2024-06-05"},
		{"W:1su-1", "2024-01-15", "2024-02-14"},
		{"W:1su-2", "2024-01-31", "2024-03-01"},
		{"W:12-1", "2024-05-01", "2024-05-31"},
		{"W:36-1", "2024-11-20", "2024-12-20"},
		{"W:3-1", "2024-01-31", "2024-03-01"},
	} {
		got, how := invoicing.Due(r, day(c.issued))
		if got != day(c.due) || explain.Check(how) != nil {
			t.Errorf("%s: due %s", c.tag, got)
		}
	}
	if n := invoicing.Number("HK", 1); n != "HK-000001" || invoicing.ID(n) != "hk-000001" {
		t.Error(n)
	}
}

func line(identity, sub, item, amount string, bears bool) invoicing.Line {
	return invoicing.Line{Identity: identity, Subscription: sub, Item: item, Amount: hkd(amount), Bears: bears}
}

func pend(l invoicing.Line) invoicing.Pending { return invoicing.Pending{Line: l} }

func TestPlan(t *testing.T) {
	month := pend(line("web/m", "web", "RECURRENT", "5000.00", true))
	back := pend(line("web/b", "web", "RECURRENT", "-666.67", true))
	other := pend(line("backup/m", "backup", "RECURRENT", "300.00", true))
	fee := pend(line("other/x", "", "OTHER_RELATED", "10.00", true))
	event := invoicing.Pending{Line: line("restoration/h", "web", "RESTORATION", "500.00", true), Separate: true, PayBy: day("2024-05-01"), Clause: "cpc/32"}
	tax := invoicing.Pending{Line: line("tax/restoration/h", "web", "TAX", "30.00", false), Separate: true}
	gone := invoicing.Pending{Line: line("replacement/a", "web", "REPLACEMENT", "-7200.00", false), Separate: true}
	for _, c := range []struct {
		name string
		in   []invoicing.Pending
		m    invoicing.Moment
		want []string
	}{
		{"waits for the billing day", []invoicing.Pending{month, other, fee}, invoicing.Moment{}, nil},
		{"one invoice a day", []invoicing.Pending{month, other, fee}, invoicing.Moment{Regular: []string{"web", "backup"}}, []string{"REGULAR 5310.00"}},
		{"a service by itself", []invoicing.Pending{month, other, fee}, invoicing.Moment{Regular: []string{"backup"}}, []string{"REGULAR 310.00"}},
		{"an event alone", []invoicing.Pending{month, event, tax}, invoicing.Moment{}, []string{"EVENT 530.00"}},
		{"an event taken back", []invoicing.Pending{gone}, invoicing.Moment{}, []string{"CREDIT_NOTE -7200.00"}},
		{"closing", []invoicing.Pending{month, back, other}, invoicing.Moment{Closing: []string{"web"}}, []string{"CLOSING 4333.33"}},
		{"closing with nothing left", []invoicing.Pending{back}, invoicing.Moment{Closing: []string{"web"}}, []string{"CREDIT_NOTE -666.67"}},
		{"after closing", []invoicing.Pending{month}, invoicing.Moment{Closed: []string{"web"}}, []string{"SUPPLEMENTARY 5000.00"}},
		{"alone", []invoicing.Pending{fee}, invoicing.Moment{Alone: true}, []string{"SUPPLEMENTARY 10.00"}},
	} {
		var got []string
		for _, d := range invoicing.Plan(c.in, c.m) {
			got = append(got, string(d.Kind)+" "+d.Total("HKD").Decimal())
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
			}
		}
	}
}

// TestPlanLoses nothing: every pending charge is on at most one document, and on
// one when its day has come; documents sum to their lines.
func TestPlanLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var in []invoicing.Pending
		total := money.Zero("HKD")
		for i := range rapid.IntRange(0, 12).Draw(t, "charges") {
			p := invoicing.Pending{Line: invoicing.Line{
				Charge: string(rune('a' + i)), Identity: string(rune('a' + i)), Subscription: rapid.SampledFrom([]string{"", "web", "backup", "old"}).Draw(t, "service"),
				Item: rapid.SampledFrom([]string{"RECURRENT", "TAX", "INTEREST"}).Draw(t, "item"), Amount: money.New("HKD", rapid.Int64Range(-500, 5000).Draw(t, "amount")),
			}, Separate: rapid.Bool().Draw(t, "separate")}
			in, total = append(in, p), total.Add(p.Amount)
		}
		docs := invoicing.Plan(in, invoicing.Moment{Regular: []string{"web"}, Closing: []string{"backup"}, Closed: []string{"old"}})
		seen := map[string]bool{}
		sum := money.Zero("HKD")
		for _, d := range docs {
			own := money.Zero("HKD")
			for _, l := range d.Lines {
				if seen[l.Charge] {
					t.Fatalf("%s is on two documents", l.Charge)
				}
				seen[l.Charge], own = true, own.Add(l.Amount)
			}
			if own != d.Total("HKD") || (own.Sign() < 0) != (d.Kind == invoicing.CreditNote) {
				t.Fatalf("%s of %s", d.Kind, own)
			}
			sum = sum.Add(own)
		}
		if sum != total || len(seen) != len(in) {
			t.Fatalf("%s on documents, %s charged", sum, total)
		}
	})
}

func TestBillingDays(t *testing.T) {
	r := cpctest.Terms(t, nil)
	s := tariff.Subscription{ID: "web", Commencement: day("2024-01-31"), TermEnd: day("2025-01-31")}
	for after, want := range map[string]string{"2024-01-30": "2024-01-31", "2024-01-31": "2024-02-29", "2024-02-29": "2024-03-31", "2024-04-29": "2024-04-30"} {
		if got, ok := invoicing.BillingDay(r, s, day(after)); !ok || got != day(want) {
			t.Errorf("[W:8-1] after %s: %s", after, got)
		}
	}
	s.LastDay = day("2024-04-10")
	if got, ok := invoicing.Next(r, s, day("2024-03-31")); !ok || got != day("2024-04-11") {
		t.Errorf("the closing day is %s", got)
	}
	if got, ok := invoicing.Next(r, s, day("2024-04-11")); ok {
		t.Errorf("something is due on %s after the end", got)
	}
	s.LastDay, s.Provisional = date.Date{}, true
	if _, ok := invoicing.Next(r, s, day("2024-01-01")); ok {
		t.Error("a provisional service has a billing day")
	}
}

func TestClasses(t *testing.T) {
	i := invoicing.Invoice{Total: hkd("20200.00"), Due: day("2024-03-01"), Lines: []invoicing.Line{
		line("a", "web", "SETUP", "8000.00", true), line("b", "web", "RECURRENT", "5000.00", true),
		line("c", "web", "REPLACEMENT", "7200.00", false),
	}}
	// [W:1c-1] on the document.
	if i.Charges() != hkd("13000.00") {
		t.Errorf("charges %s", i.Charges())
	}
	// [W:10-1]: a cent short is still unpaid; other money comes after charges.
	i.Settlements = []invoicing.Settlement{{Source: "p", Date: day("2024-03-01"), Amount: hkd("12999.99")}}
	if i.OpenChargesAt(day("2024-03-01")) != hkd("0.01") || i.Open() != hkd("7200.01") {
		t.Errorf("open %s", i.OpenChargesAt(day("2024-03-01")))
	}
	credit := invoicing.Invoice{Total: hkd("90.00"), Lines: []invoicing.Line{
		line("a", "web", "RECURRENT", "-10.00", true), line("c", "web", "INTEREST", "100.00", false),
	}}
	if credit.Charges() != hkd("0.00") || credit.OpenClasses()[2] != hkd("90.00") {
		t.Errorf("charges %s, interest %s", credit.Charges(), credit.OpenClasses()[2])
	}
}
