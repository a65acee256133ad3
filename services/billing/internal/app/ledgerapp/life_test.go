package ledgerapp_test

import (
	"testing"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
)

// TestInvoices: nothing is invoiced while the commencement date is provisional;
// at confirmation the missed month is, dated on the day of issue; then each month
// on its first day, in advance.
func TestInvoices(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	c := r.commenced(t, "2024-03-28", "2024-04-05", order(12, compute(
		&contractv1.Price{ItemId: "base", Item: "RECURRENT", Amount: "5000.00", Offers: []*contractv1.Offer{{OfferId: "fifth", Discount: "0.2"}}},
		&contractv1.Price{ItemId: "setup", Item: "SETUP", Amount: "8000.00"},
	)), nil)
	r.expect(t, c)
	r.advance(t, "2024-04-06")
	r.expect(t, c, "HK-000001 REGULAR 2024-04-06 2024-05-06 12000.00")
	r.advance(t, "2024-06-28")
	r.expect(t, c, "HK-000001 REGULAR 2024-04-06 2024-05-06 12000.00", "HK-000002 REGULAR 2024-04-28 2024-05-28 4000.00",
		"HK-000003 REGULAR 2024-05-28 2024-06-27 4000.00", "HK-000004 REGULAR 2024-06-28 2024-07-28 4000.00")
	r.sound(t, c)
	// The offer lapses with the period: [W:4-2].
	r.advance(t, "2025-03-28")
	docs := r.documents(t, c)
	if got := docs[len(docs)-1]; got != "HK-000013 REGULAR 2025-03-28 2025-04-27 5000.00" {
		t.Errorf("after the term: %s", got)
	}
	x := must[*billingv1.ExplainInvoiceResponse](t)(r.billing.ExplainInvoice(r.operator, &billingv1.ExplainInvoiceRequest{Name: c + "/accounts/main/invoices/hk-000012"}))
	if len(x.GetText()) < 3 || x.GetDueDate() == nil || x.GetInvoice().GetLines()[0].GetExplanation() == nil {
		t.Errorf("explained: %v", x.GetText())
	}
	r.sound(t, c)
}
