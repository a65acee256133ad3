package compensation

import (
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms"
)

// Cost is a sum paid or payable to a third party for the service, with the name
// of its evidence.
type Cost struct {
	Name   string
	Amount money.Money
}

// Cancelled is the damages for a cancellation before commencement: the highest
// of the limbs, less what was paid where the terms say so.
func Cancelled(r terms.Resolved, s tariff.Subscription, costs []Cost, paid money.Money, currency string) Assessment {
	c := r.Cancellation
	if c == nil {
		return Assessment{Amount: money.Zero(currency)}
	}
	mode, _ := r.MoneyMode()
	b := explain.New()
	var limbs []explain.Value
	for _, l := range c.Limbs {
		limbs = append(limbs, limb(b, r, s, l, costs).Cite(r.Cite(l.Clause, limbReading(c, l))))
	}
	v := b.Max(limbs...).Note("the higher of the limbs")
	if r.Flag(c.NetOfPaid) && !paid.IsZero() {
		v = b.Max(b.Sub(v, b.FactMoney("subscriptions/"+s.ID+"#paid", paid)), b.Int(0)).Note("less what was paid")
	}
	how := c.WrittenClause
	if s.Deemed {
		how = c.DeemedClause
	}
	v = b.RoundMoney(v, currency, mode).Cite(append(tariff.Rounded(r, c.Clause, c.NetOfPaid.Reading), r.Cite(how))...).
		Note("agreed damages for the cancellation")
	return Assessment{Amount: v.Money(currency), Clause: c.Clause, Explanation: b.Explanation(v)}
}

func limbReading(c *terms.Cancellation, l terms.CancellationLimb) string {
	if l.Formula == "THIRD_PARTY_COSTS" {
		return c.Mitigation.Reading
	}
	return ""
}

func limb(b *explain.Builder, r terms.Resolved, s tariff.Subscription, l terms.CancellationLimb, costs []Cost) explain.Value {
	var parts []explain.Value
	if l.Formula == "THIRD_PARTY_COSTS" {
		for _, c := range costs {
			parts = append(parts, b.FactMoney(c.Name, c.Amount))
		}
		return b.Sum(parts...).Note("costs of third parties in evidence")
	}
	for _, p := range s.Prices {
		for _, item := range l.Items {
			if p.Item == item {
				parts = append(parts, once(b, s, p))
			}
		}
	}
	if l.Months > 0 {
		parts = append(parts, b.Mul(b.Int(int64(l.Months)), tariff.Rates{R: r, S: s}.Month(b, s.CancelDate)))
	}
	return b.Sum(parts...).Note("charges stated in the order and months of recurrent charges")
}

// once is a price that is charged once, for each unit where it counts per unit.
func once(b *explain.Builder, s tariff.Subscription, p tariff.Price) explain.Value {
	v := b.Fact("subscriptions/"+s.ID+"/prices/"+p.ID+"#amount", p.Amount)
	if !p.PerUnit {
		return v
	}
	return b.Mul(v, b.FactInt("subscriptions/"+s.ID+"#units", int64(len(s.Units))))
}

// PayBy is the last day to pay damages: the day that the demand states, or the
// terms' number of days after it.
func PayBy(r terms.Resolved, demanded, stated date.Date) date.Date {
	if !stated.IsZero() {
		return stated
	}
	return demanded.AddDays(r.Number(r.Cancellation.PaymentDays))
}
