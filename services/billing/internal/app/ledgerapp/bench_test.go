package ledgerapp_test

import (
	"testing"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
)

// TestTwoYears runs two services with ten servers for two years: the length of a
// contract that a demonstration shows.
func TestTwoYears(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	var units []*contractv1.OrderedUnit
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		units = append(units, &contractv1.OrderedUnit{UnitId: id})
	}
	price := []*contractv1.Price{
		{ItemId: "base", Item: "RECURRENT", Amount: "5000.00", Offers: []*contractv1.Offer{{OfferId: "fifth", Discount: "0.2"}}},
		{ItemId: "server", Item: "RECURRENT", Amount: "300.00", PerUnit: true},
	}
	c := r.commenced(t, "2024-01-15", "2024-02-01", order(18,
		&contractv1.OrderedService{SubscriptionId: "web", Kind: "COMPUTE", Prices: price, Units: units},
		&contractv1.OrderedService{SubscriptionId: "mail", Kind: "MAIL", Prices: price, Units: units[:2]}), nil)
	for _, m := range []string{"2024-03-01", "2024-06-01", "2024-09-01", "2024-12-01", "2025-03-01", "2025-06-01", "2025-09-01", "2025-12-01", "2026-01-01"} {
		r.advance(t, m)
		q := r.account(t, c).GetBalance()
		r.pay(t, c, "p"+m, text(q), m)
	}
	if docs := r.documents(t, c); len(docs) != 24 {
		t.Errorf("%d documents", len(docs))
	}
	r.sound(t, c)
}
