package journal_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/figures/money"
)

// TestBalanced: every entry sums to zero, and so does the whole journal.
func TestBalanced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := func(name string) money.Money { return money.New("HKD", rapid.Int64Range(-5000, 5000).Draw(t, name)) }
		i := invoicing.Invoice{Total: money.Zero("HKD")}
		for range rapid.IntRange(1, 6).Draw(t, "lines") {
			l := invoicing.Line{Item: rapid.SampledFrom([]string{"RECURRENT", "TAX", "INTEREST", "COMPENSATION", "DAMAGES"}).Draw(t, "item"), Amount: amount("line")}
			i.Lines, i.Total = append(i.Lines, l), i.Total.Add(l.Amount)
		}
		entries := []journal.Entry{
			journal.Issue(i), journal.Payment(amount("settled"), amount("credit")), journal.Apply(amount("applied")), journal.DepositIn(amount("in")),
			journal.DepositDraw(amount("draw")), journal.DepositOut(amount("refund"), amount("kept")), journal.CreditOut(amount("out")),
		}
		all := money.Zero("HKD")
		for _, e := range entries {
			if !e.Balanced() {
				t.Fatalf("%v does not sum to zero", e)
			}
			for _, p := range e {
				all = all.Add(p.Amount)
				if p.Amount.IsZero() {
					t.Fatalf("%v has an empty side", e)
				}
			}
		}
		if !all.IsZero() {
			t.Fatalf("the journal sums to %s", all)
		}
	})
}
