package charging

import (
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

// recurrent makes the recurrent charges of every recurrence period that has
// begun, in advance, and for a unit that came within a period from its own first
// day. end is the first day that is not charged, zero for none.
func (m *maker) recurrent(end date.Date) {
	rates := tariff.Rates{R: m.r, S: m.f.Subscription}
	for _, p := range m.f.Subscription.Prices {
		if p.Item != terms.ItemRecurrent {
			continue
		}
		if !p.PerUnit {
			m.price(rates, p, "", m.upTo(date.Span{From: m.f.Subscription.Commencement, To: date.New(9999, 1, 1)}, end))
			continue
		}
		for _, u := range m.f.Subscription.Units {
			m.price(rates, p, u.ID, m.upTo(m.f.Subscription.Service(u), end))
		}
	}
}

func (m *maker) upTo(s date.Span, end date.Date) date.Span {
	if !end.IsZero() {
		s.To = date.Min(s.To, end)
	}
	return s
}

// price makes the charges of one price, and one unit where it counts per unit,
// for the days of service.
func (m *maker) price(rates tariff.Rates, p tariff.Price, unit string, service date.Span) {
	if service.Empty() {
		return
	}
	anchor, rule, n := rates.Anchor(), rates.Rule(), rates.PeriodMonths(p)
	first := date.WholeMonths(anchor, m.firstDay(service), rule) / n
	for k := first; ; k++ {
		period := date.Span{From: anchor.AddMonths(k*n, rule), To: anchor.AddMonths((k+1)*n, rule)}
		span := period.Intersect(service)
		if period.From.After(m.w.Through) || !period.From.Before(service.To) {
			return
		}
		if !span.Empty() && m.w.holds(span.From) {
			m.month(rates, p, unit, period, span)
		}
	}
}

// firstDay is the first day of service whose charge may lie in the window.
func (m *maker) firstDay(service date.Span) date.Date {
	if m.w.After.IsZero() {
		return service.From
	}
	return date.Max(service.From, date.Min(m.w.After, service.To.AddDays(-1)))
}

// month makes the charge of the days of one recurrence period.
func (m *maker) month(rates tariff.Rates, p tariff.Price, unit string, period, span date.Span) {
	item, _ := m.r.Charging.Item(terms.ItemRecurrent)
	mode, _ := m.r.MoneyMode()
	b := explain.New()
	v := b.RoundMoney(rates.Recurrent(b, p, rates.Anchor(), span, tariff.Contract), m.f.Currency, mode)
	v = v.Cite(tariff.Rounded(m.r, item.Clause, append([]string{item.TimingReading}, item.Readings...)...)...)
	note := words(p.Item) + " " + p.ID + ofUnit(unit) + " for " + span.From.String() + " to " + span.Last().String()
	if last := m.f.Subscription.LastDay; !last.IsZero() && span.To.Before(period.To) && span.To == last.AddDays(1) {
		v = v.Cite(tariff.Cite(m.r, m.r.Invoicing.Clause, m.r.Charging.PrepaidRefund.Reading)).Note("to the last day of service")
	}
	if m.lastOfTerm(p, span) {
		other := "the offers lapse with the service period for the future only; read as if never given, what they took off would be charged again"
		v = v.Cite(tariff.Cite(m.r, m.r.Term.AfterClause, m.r.Term.OfferLapse.Reading)).Note(other)
		note += "; " + other
	}
	from := date.Max(period.From, m.f.Subscription.Commencement)
	m.add(Charge{
		Identity: m.identity(item.Clause, p.ID, unit, from.String()), Unit: unit, Item: p.Item, Clause: item.Clause,
		Amount: v.Money(m.f.Currency), Period: span, Date: span.From, Explanation: b.Explanation(v), Note: note,
	})
}

// lastOfTerm tells whether a period with offers is the last of the service
// period (the correction E-06 wants the other reading named there).
func (m *maker) lastOfTerm(p tariff.Price, span date.Span) bool {
	return len(p.Offers) > 0 && span.Contains(m.f.Subscription.TermEnd.AddDays(-1))
}

// usage makes the usage charges of every billing month that is over, or was cut
// short by the end of the service, in arrears.
func (m *maker) usage() {
	s := m.f.Subscription
	rates := tariff.Rates{R: m.r, S: s}
	for _, p := range s.Prices {
		if p.Item == terms.ItemUsage {
			m.meter(rates, p)
		}
	}
}

// metered is the usage of one unit in one billing month.
type metered struct {
	unit  string
	month int
}

func (m *maker) meter(rates tariff.Rates, p tariff.Price) {
	s := m.f.Subscription
	sums := map[metered]ratio.Ratio{}
	var order []metered
	for _, u := range m.f.Usage {
		if u.Meter != p.Meter || u.Day.Before(s.Commencement) || s.Ended(u.Day) {
			continue
		}
		k := metered{month: date.WholeMonths(rates.Anchor(), u.Day, rates.Rule())}
		if p.PerUnit {
			k.unit = u.Unit
		}
		if _, seen := sums[k]; !seen {
			order = append(order, k)
		}
		sums[k] = sums[k].Add(u.Quantity)
	}
	for _, k := range order {
		m.metered(rates, p, k, sums[k])
	}
}

func (m *maker) metered(rates tariff.Rates, p tariff.Price, k metered, quantity ratio.Ratio) {
	s := m.f.Subscription
	if quantity.IsZero() {
		return
	}
	span := date.Span{From: rates.Anchor().AddMonths(k.month, rates.Rule()), To: rates.Anchor().AddMonths(k.month+1, rates.Rule())}
	span.From = date.Max(span.From, s.Commencement)
	if !s.LastDay.IsZero() {
		span.To = date.Min(span.To, s.LastDay.AddDays(1))
	}
	item, _ := m.r.Charging.Item(terms.ItemUsage)
	mode, _ := m.r.MoneyMode()
	b := explain.New()
	used := b.Fact("subscriptions/"+s.ID+"/usage/"+p.Meter+k.name()+"/"+span.From.String()+"#quantity", quantity)
	v := b.RoundMoney(b.Mul(used, b.Fact(m.priceName(p), p.Amount)), m.f.Currency, mode)
	v = v.Cite(tariff.Rounded(m.r, item.Clause, append([]string{item.TimingReading}, item.Readings...)...)...).Note("metered quantity at the order's rate, in arrears")
	m.add(Charge{
		Identity: m.identity(item.Clause, p.ID, k.unit, span.From.String()), Unit: k.unit, Item: p.Item, Clause: item.Clause,
		Amount: v.Money(m.f.Currency), Period: span, Date: span.To, Explanation: b.Explanation(v),
		Note: words(p.Item) + " " + p.ID + ofUnit(k.unit) + " for " + span.From.String() + " to " + span.Last().String(),
	})
}

func (k metered) name() string {
	if k.unit == "" {
		return ""
	}
	return "/" + k.unit
}
