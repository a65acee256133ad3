package strikes_test

import (
	"testing"

	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/strikes"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms/cpctest"
)

func hkd(s string) money.Money { return money.MustParse("HKD", s) }

func day(s string) date.Date { return date.MustParse(s) }

func invoice(number, due, total, paidOn, paid string) invoicing.Invoice {
	i := invoicing.Invoice{
		Number: number, ID: invoicing.ID(number), Kind: invoicing.Regular, Due: day(due), Total: hkd(total),
		Lines: []invoicing.Line{{Item: "RECURRENT", Subscription: "web", Amount: hkd(total), Bears: true}},
	}
	if paidOn != "" {
		i.Settlements = []invoicing.Settlement{{Date: day(paidOn), Amount: hkd(paid)}}
	}
	return i
}

func TestCount(t *testing.T) {
	r := cpctest.Terms(t, nil)
	one := cpctest.Terms(t, map[string]string{"strike_same_act": "ONE_DUE_DATE_ONE_STRIKE"})
	a := invoice("A-000001", "2024-03-01", "10000.00", "2024-03-05", "10000.00")
	d := invoice("A-000004", "2024-05-31", "10000.00", "", "")
	for _, c := range []struct {
		tag   string
		in    []invoicing.Invoice
		today string
		want  int
	}{
		{"W:12-1", []invoicing.Invoice{a, d}, "2024-06-01", 2},
		{"W:12-1 before", []invoicing.Invoice{a, d}, "2024-05-31", 1},
		{"W:9-3", []invoicing.Invoice{invoice("B-000001", "2024-03-01", "100.00", "2024-03-01", "100.00")}, "2024-03-02", 0},
		{"W:9-3", []invoicing.Invoice{invoice("B-000001", "2024-03-01", "100.00", "2024-03-02", "100.00")}, "2024-03-02", 1},
		{"W:10-1", []invoicing.Invoice{invoice("B-000001", "2024-03-01", "10000.00", "2024-03-01", "9999.99")}, "2024-03-02", 1},
		{"W:10-2", []invoicing.Invoice{invoice("B-000001", "2024-03-01", "0.00", "", "")}, "2024-03-02", 0},
		{"W:43-1", []invoicing.Invoice{invoice("B-000001", "2024-03-01", "10000.00", "2024-03-04", "10000.00")}, "2024-03-04", 1},
		{"W:12-3", []invoicing.Invoice{invoice("B-000001", "2024-03-01", "1.00", "", ""), invoice("B-000002", "2024-03-01", "1.00", "", "")}, "2024-03-02", 2},
	} {
		got := strikes.Count(r, c.in, day(c.today))
		if len(got) != c.want {
			t.Errorf("%s: %d strikes", c.tag, len(got))
		}
		if c.tag == "W:12-3" && len(strikes.Count(one, c.in, day(c.today))) != 1 {
			t.Error("E-07: one act on one due date is one strike")
		}
		if c.tag == "W:12-1" && (got[1].Date != day("2024-06-01") || !strikes.Demandable(r, len(got)) || len(got[0].Citations) == 0) {
			t.Errorf("%s: %+v", c.tag, got)
		}
	}
	if strikes.Demandable(r, 1) {
		t.Error("one strike opens a deposit")
	}
}

func TestArrears(t *testing.T) {
	r := cpctest.Terms(t, nil)
	a := invoice("A-000001", "2024-03-01", "100.00", "2024-03-10", "40.00")
	b := invoice("A-000002", "2024-04-01", "50.00", "", "")
	got := strikes.ArrearsOf(r, []invoicing.Invoice{b, a}, day("2024-04-02"), "HKD")
	if got.Since != day("2024-03-02") || got.OldestDue != day("2024-03-01") || got.Open != hkd("110.00") || len(got.Subscriptions) != 1 {
		t.Errorf("%+v", got)
	}
	if got = strikes.ArrearsOf(r, []invoicing.Invoice{b, a}, day("2024-03-01"), "HKD"); got.Since != (date.Date{}) {
		t.Errorf("%+v", got)
	}
}
