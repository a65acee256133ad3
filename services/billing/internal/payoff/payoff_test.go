package payoff_test

import (
	"testing"

	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/payoff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms/cpctest"
)

func hkd(s string) money.Money { return money.MustParse("HKD", s) }

func day(s string) date.Date { return date.MustParse(s) }

func invoice(number, due, total string, settled ...invoicing.Settlement) invoicing.Invoice {
	return invoicing.Invoice{
		Number: number, ID: invoicing.ID(number), Kind: invoicing.Regular, Date: day(due).AddDays(-30), Due: day(due), Total: hkd(total),
		Lines:       []invoicing.Line{{Item: "RECURRENT", Subscription: "web", Amount: hkd(total), Bears: true}},
		Settlements: settled,
	}
}

func TestQuote(t *testing.T) {
	r := cpctest.Terms(t, nil)
	late := invoice("HK-000001", "2024-03-01", "10000.00")
	paid := invoice("HK-000002", "2024-01-31", "10000.00", invoicing.Settlement{Date: day("2024-03-15"), Amount: hkd("10000.00")})
	paid.Billed = hkd("200.00")
	q := payoff.Of(r, []invoicing.Invoice{late, paid}, hkd("42.58"), day("2024-04-15"), "HKD")
	// 220.00 on the first, 222.58 less 200.00 on the second.
	if q.Charges != hkd("10000.00") || q.Interest != hkd("242.58") || q.Total != hkd("10200.00") {
		t.Errorf("charges %s, interest %s, total %s", q.Charges, q.Interest, q.Total)
	}
	if err := explain.Check(q.Explanation); err != nil {
		t.Error(err)
	}
	// [W:47-1]: waiving the interest on one leaves the other's.
	paid.Waived = hkd("22.58")
	if q = payoff.Of(r, []invoicing.Invoice{late, paid}, hkd("0"), day("2024-04-15"), "HKD"); q.Interest != hkd("220.00") {
		t.Errorf("[W:47-1] %s", q.Interest)
	}
}

// TestTwoServices: [W:36-1] and [W:36-2] on one document: only the ended
// service's part bears interest from the end.
func TestTwoServices(t *testing.T) {
	i := invoice("HK-000003", "2024-12-20", "5000.00")
	i.Lines = append(i.Lines, invoicing.Line{Item: "RECURRENT", Subscription: "backup", Amount: hkd("5000.00"), Bears: true})
	i.Total = hkd("10000.00")
	i.Accelerated, i.Ended = day("2024-12-01"), []string{"web"}
	for option, want := range map[string]string{"CLAUSE9_DUE_DATE": "150.00", "TERMINATION_DATE": "195.97"} {
		r := cpctest.Terms(t, map[string]string{"interest_start_on_acceleration": option})
		got := payoff.Accrue(r, i, day("2025-01-20"))
		if got.Amount != hkd(want) || explain.Check(got.Explanation) != nil {
			t.Errorf("%s: %s, want %s", option, got.Amount, want)
		}
	}
}
