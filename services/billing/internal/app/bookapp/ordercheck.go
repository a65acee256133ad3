package bookapp

import (
	"strconv"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/ordering"
	"cloudpact.dev/services/kit/fault"
)

func servicePath(i int) string { return "order.services[" + strconv.Itoa(i) + "]" }

// orderFault turns the problems of an order into one fault. Where they differ,
// the first one's reason stands for all.
func orderFault(problems []ordering.Problem) error { return problemFault("order.", problems) }

func problemFault(prefix string, problems []ordering.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	f := fault.Invalid(problems[0].Reason, "", problems[0].Message)
	for _, p := range problems {
		f = f.And(prefix+p.Path, p.Message)
	}
	return f
}

// toCheck is an order as the pure check sees it.
func toCheck(o book.Order, currency string) ordering.Order {
	out := ordering.Order{
		Currency: currency, TermMonths: o.TermMonths, HasLastDay: !o.TermLastDay.IsZero(),
		EndsAutomatically: o.EndsAutomatically,
	}
	for _, s := range o.Services {
		c := ordering.Service{ID: s.Subscription, Kind: s.Kind, Tokens: s.Tokens, OveragePrice: s.OveragePrice}
		for _, u := range s.Units {
			c.Units = append(c.Units, ordering.Unit{ID: u.ID, Kind: u.Kind})
		}
		for _, p := range s.Prices {
			c.Prices = append(c.Prices, toCheckPrice(p))
		}
		out.Services = append(out.Services, c)
	}
	for _, t := range o.Ineffective {
		out.Prevailing = append(out.Prevailing, t.Clause)
	}
	return out
}

func toCheckPrice(p book.Price) ordering.Price {
	out := ordering.Price{ID: p.ID, Item: p.Item, Amount: p.Amount, Meter: p.Meter, PeriodMonths: p.PeriodMonths}
	for _, o := range p.Offers {
		out.Offers = append(out.Offers, ordering.Offer{ID: o.ID, Discount: o.Discount, FromMonth: o.FromMonth, Months: o.Months})
	}
	return out
}
