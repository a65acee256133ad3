package interest_test

import (
	"testing"

	"cloudpact.dev/services/billing/internal/interest"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cpctest"
)

// TestOtherAgreements: the same policy written otherwise: a rate for each day, a
// greatest share, the original amount, the day after the due date.
func TestOtherAgreements(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*terms.Interest)
		want   string
	}{
		{"by days", func(i *terms.Interest) { i.Rate, i.Per = "0.0005", "DAY" }, "225.00"},
		{"capped", func(i *terms.Interest) { i.Cap = "0.01" }, "100.00"},
		{"from the day after", func(i *terms.Interest) { i.Start = terms.Setting{Value: "DAY_AFTER_DUE_DATE"} }, "215.00"},
		{"on the original amount", func(i *terms.Interest) { i.Base = terms.Setting{Value: "ORIGINAL_AMOUNT"} }, "220.00"},
	} {
		body := *cpctest.Terms(t, nil).Terms
		policy := *body.Interest
		c.change(&policy)
		body.Interest = &policy
		r, err := terms.Resolve(&body, nil)
		if err != nil {
			t.Fatal(err)
		}
		d := interest.Debt{Invoice: "i", Balance: hkd("10000.00"), Due: day("2024-03-01")}
		if c.name == "on the original amount" {
			d.Paid = []interest.Part{{Date: day("2024-03-16"), Amount: hkd("4000.00")}}
		}
		got := interest.Accrue(r, d, day("2024-04-15"))
		if got.Amount != hkd(c.want) || explain.Check(got.Explanation) != nil {
			t.Errorf("%s: %s, want %s", c.name, got.Amount, c.want)
		}
	}
}
