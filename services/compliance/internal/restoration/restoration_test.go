package restoration_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/compliance/internal/restoration"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms/cpctest"
)

// [W:32-1]: a fee of 500.00 and a deposit; both are there on 2024-03-27.
func TestConditions(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	offer := restoration.Offer{Fee: money.MustParse("HKD", "500.00"), DepositComplete: true}
	if !restoration.Allowed(cpc, offer) {
		t.Fatal("clause 32 lets the provider set conditions")
	}
	for _, c := range []struct {
		facts restoration.Facts
		met   []restoration.Condition
		open  []restoration.Condition
	}{
		{restoration.Facts{AccountClear: true}, nil, []restoration.Condition{restoration.FeePaid, restoration.DepositComplete}},
		{restoration.Facts{FeePaid: true}, []restoration.Condition{restoration.FeePaid}, []restoration.Condition{restoration.DepositComplete}},
		{restoration.Facts{FeePaid: true, DepositComplete: true}, []restoration.Condition{restoration.FeePaid, restoration.DepositComplete}, nil},
	} {
		if met := restoration.Met(offer, c.facts); !slices.Equal(met, c.met) {
			t.Errorf("%+v: met %v", c.facts, met)
		}
		if open := restoration.Open(offer, c.facts); !slices.Equal(open, c.open) {
			t.Errorf("%+v: open %v", c.facts, open)
		}
	}
}

// An offer may ask for nothing; [W:32-2] is about the offer that is not made,
// which the state of the hold keeps.
func TestNoConditions(t *testing.T) {
	if open := restoration.Open(restoration.Offer{Fee: money.Zero("HKD")}, restoration.Facts{}); len(open) > 0 {
		t.Errorf("nothing was asked for: %v", open)
	}
}

// Each condition that was asked for is met or open, never both; more facts never
// open one again.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := restoration.Offer{
			Fee:            money.New("HKD", rapid.Int64Range(0, 2).Draw(t, "fee")),
			AccountCleared: rapid.Bool().Draw(t, "clear"), DepositComplete: rapid.Bool().Draw(t, "deposit"),
		}
		f := restoration.Facts{
			FeePaid: rapid.Bool().Draw(t, "paid"), AccountClear: rapid.Bool().Draw(t, "is clear"),
			DepositComplete: rapid.Bool().Draw(t, "complete"),
		}
		all := restoration.Facts{FeePaid: true, AccountClear: true, DepositComplete: true}
		if len(restoration.Open(o, all)) != 0 {
			t.Fatal("all facts, and something is open")
		}
		met, open := restoration.Met(o, f), restoration.Open(o, f)
		if len(met)+len(open) != len(restoration.Met(o, all)) {
			t.Fatalf("met %v, open %v", met, open)
		}
		for _, c := range met {
			if slices.Contains(open, c) {
				t.Fatalf("%s is met and open", c)
			}
		}
	})
}
