package peers

import (
	"fmt"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/ratio"
)

// serviceFact is a subscription as the ledger bills it.
func serviceFact(f *contractv1.SubscriptionFacts) (ledger.ServiceFact, error) {
	out := ledger.ServiceFact{Sub: tariff.Subscription{
		Name: f.GetSubscription(), ID: ledger.Last("/" + f.GetSubscription()), Order: f.GetOrder(), Kind: f.GetKind(), Provisional: f.GetProvisional(),
		CommencementVersion: f.GetCommencementVersion(), TermMonths: int(f.GetTermMonths()), EndsAutomatically: f.GetEndsAutomatically(),
		EndCause: f.GetEndCause(), EndVersion: f.GetEndVersion(), Cancelled: f.GetState() == contractv1.Subscription_STATE_CANCELLED,
	}}
	var err error
	if out.Contract, err = contractFact(f.GetContract(), nil); err != nil {
		return out, err
	}
	s := &out.Sub
	if s.Commencement, err = optional(f.GetCommencementDate()); err != nil {
		return out, err
	}
	if s.TermEnd, err = optional(f.GetTermEnd()); err != nil {
		return out, err
	}
	if s.LastDay, err = optional(f.GetLastDay()); err != nil {
		return out, err
	}
	if s.NoticeDate, err = optional(f.GetNoticeDate()); err != nil {
		return out, err
	}
	if s.NoticeLastDay, err = optional(f.GetNoticeLastDay()); err != nil {
		return out, err
	}
	if s.OrderSigned, err = optional(f.GetOrderSignedDate()); err != nil {
		return out, err
	}
	if s.Units, err = unitsOf(f.GetUnits()); err != nil {
		return out, err
	}
	s.Prices, err = pricesOf(f.GetPrices())
	return out, err
}

func unitsOf(in []*contractv1.UnitFacts) ([]tariff.Unit, error) {
	var out []tariff.Unit
	for _, u := range in {
		x := tariff.Unit{ID: ledger.Last("/" + u.GetUnit())}
		if u.GetReplaces() != "" {
			x.Replaces = ledger.Last("/" + u.GetReplaces())
		}
		var err error
		if x.Added, err = optional(u.GetAddedDate()); err != nil {
			return nil, err
		}
		if x.Removed, err = optional(u.GetRemovedDate()); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func pricesOf(in []*contractv1.Price) ([]tariff.Price, error) {
	var out []tariff.Price
	for _, p := range in {
		amount, err := ratio.Parse(p.GetAmount())
		if err != nil {
			return nil, fmt.Errorf("the price %s: %w", p.GetItemId(), err)
		}
		x := tariff.Price{ID: p.GetItemId(), Item: p.GetItem(), Amount: amount, PeriodMonths: int(p.GetPeriodMonths()), PerUnit: p.GetPerUnit(), Meter: p.GetMeter()}
		for _, o := range p.GetOffers() {
			discount, err := ratio.Parse(o.GetDiscount())
			if err != nil {
				return nil, fmt.Errorf("the offer %s: %w", o.GetOfferId(), err)
			}
			x.Offers = append(x.Offers, tariff.Offer{ID: o.GetOfferId(), Discount: discount, FromMonth: int(o.GetFromMonth()), Months: int(o.GetMonths())})
		}
		out = append(out, x)
	}
	return out, nil
}
