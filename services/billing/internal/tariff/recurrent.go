package tariff

import (
	"fmt"
	"strconv"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

// Rates prices the days of one service under the terms.
type Rates struct {
	R terms.Resolved
	S Subscription
}

// Anchor is the day from which billing months count: the commencement date, or
// the first day of its month where calendar months are billed.
func (t Rates) Anchor() date.Date {
	if t.calendarMonths() {
		return date.New(t.S.Commencement.Year, t.S.Commencement.Month, 1)
	}
	return t.S.Commencement
}

func (t Rates) calendarMonths() bool {
	return t.R.Charging.Period != nil && t.R.Is(t.R.Charging.Period.Anchor, "CALENDAR_MONTH")
}

// Rule is how months are counted.
func (t Rates) Rule() date.MonthRule {
	rule, _ := t.R.MonthRule()
	return rule
}

// PeriodMonths is the recurrence period of a price.
func (t Rates) PeriodMonths(p Price) int {
	if p.PeriodMonths > 0 {
		return p.PeriodMonths
	}
	if t.R.Charging.Period != nil {
		if n := t.R.Number(t.R.Charging.Period.Months); n > 0 {
			return n
		}
	}
	return 1
}

// stretch is days at one price.
type stretch struct {
	span   date.Span
	factor ratio.Ratio // share of the list price that is charged
	offers bool
}

// How says which offers a sum honours.
type How int

// The three ways.
const (
	// Contract honours every offer.
	Contract How = iota
	// List honours none.
	List
	// Multiple honours discounts and leaves waived months out of account, as
	// multiples of months do.
	Multiple
)

// stretches cuts a span at the ends of offers and of the service period.
func (t Rates) stretches(p Price, span date.Span, how How) []stretch {
	var out []stretch
	if span.Empty() {
		return nil
	}
	if len(p.Offers) == 0 || how == List || !span.From.Before(t.S.TermEnd) {
		return []stretch{{span: span, factor: ratio.Int(1)}}
	}
	anchor, rule := t.Anchor(), t.Rule()
	for from := span.From; from.Before(span.To); {
		month := date.WholeMonths(anchor, from, rule)
		to := date.Min(anchor.AddMonths(month+1, rule), span.To)
		if from.Before(t.S.TermEnd) {
			to = date.Min(to, t.S.TermEnd)
		} else {
			to = span.To
		}
		f, offered := t.factor(p, month, from, how)
		last := len(out) - 1
		if last >= 0 && out[last].factor.Equal(f) && out[last].offers == offered {
			out[last].span.To = to
		} else {
			out = append(out, stretch{date.Span{From: from, To: to}, f, offered})
		}
		from = to
	}
	return out
}

// factor is the share of the list price on a day; offers on one price multiply.
func (t Rates) factor(p Price, month int, day date.Date, how How) (ratio.Ratio, bool) {
	f, offered := ratio.Int(1), false
	if how == List || !day.Before(t.S.TermEnd) {
		return f, false
	}
	for _, o := range p.Offers {
		if !o.covers(month) || (how == Multiple && o.Waives()) {
			continue
		}
		f, offered = f.Mul(ratio.Int(1).Sub(ratio.Min(o.Discount, ratio.Int(1)))), true
	}
	return f, offered
}

// fact is the name of a price in derivations.
func (t Rates) fact(p Price) string {
	return "subscriptions/" + t.S.ID + "/prices/" + p.ID + "#amount"
}

// Monthly is the list price of one month.
func (t Rates) Monthly(b *explain.Builder, p Price) explain.Value {
	item, _ := t.R.Charging.Item(terms.ItemRecurrent)
	list := b.Fact(t.fact(p), p.Amount)
	n := t.PeriodMonths(p)
	if n == 1 {
		return list
	}
	reading := ""
	if p.PeriodMonths == 0 && t.R.Charging.Period != nil {
		reading = t.R.Charging.Period.Months.Reading
	}
	return b.Div(list, b.Int(int64(n))).Cite(Cite(t.R, item.Clause, reading)).
		Note("price of one month of a recurrence period of " + strconv.Itoa(n) + " months")
}

// Recurrent is the charge of one price for the days of a span along the billing
// months of anchor, exact; months whose charge is waived count as 0.
func (t Rates) Recurrent(b *explain.Builder, p Price, anchor date.Date, span date.Span, how How) explain.Value {
	monthly := t.Monthly(b, p)
	var parts []explain.Value
	for _, s := range t.stretches(p, span, how) {
		parts = append(parts, t.part(b, monthly, anchor, s))
	}
	switch len(parts) {
	case 0:
		return b.Int(0)
	case 1:
		return parts[0]
	}
	return b.Sum(parts...)
}

func (t Rates) part(b *explain.Builder, monthly explain.Value, anchor date.Date, s stretch) explain.Value {
	price := monthly
	if s.offers {
		price = b.Mul(price, b.Literal(s.factor)).Cite(Cite(t.R, t.R.Term.AfterClause, t.R.Term.OfferLapse.Reading, t.R.Term.PriceAfter.Reading)).
			Note(fmt.Sprintf("special offer: %s of the list price", percent(s.factor)))
	}
	_, reading := t.R.MonthRule()
	readings := []string{reading}
	clause := t.R.Invoicing.Clause
	if c := t.R.Charging.Period; c != nil {
		item, _ := t.R.Charging.Item(terms.ItemRecurrent)
		clause, readings = c.Clause, append(readings, item.TimingReading, c.Anchor.Reading, c.Partial.Reading)
	}
	months := b.Months(b.FactDate("subscriptions/"+t.S.ID+"#billing_anchor", anchor), b.Day(s.span.From), b.Day(s.span.To), t.Rule()).
		Cite(Cite(t.R, clause, readings...)).Note("months of " + s.span.String())
	return b.Mul(price, months)
}

// percent writes a fraction for readers.
func percent(r ratio.Ratio) string {
	return r.Mul(ratio.Int(100)).String() + " percent"
}

// Sum is the recurrent charges of the whole service for the days of a span, by
// unit where a price counts per unit, along the months of the commencement date
// (RC of the catalogue); exact.
func (t Rates) Sum(b *explain.Builder, span date.Span, how How) explain.Value {
	var parts []explain.Value
	for _, p := range t.S.Prices {
		if p.Item != terms.ItemRecurrent {
			continue
		}
		for _, s := range t.spans(p, span) {
			parts = append(parts, t.Recurrent(b, p, t.S.Commencement, s, how))
		}
	}
	return total(b, parts)
}

// spans is the days charged for a price: once, or once per unit in service.
func (t Rates) spans(p Price, span date.Span) []date.Span {
	if span.Empty() {
		return nil
	}
	if !p.PerUnit {
		return []date.Span{span}
	}
	var out []date.Span
	for _, u := range t.S.Units {
		if s := span.Intersect(t.S.Service(u)); !s.Empty() {
			out = append(out, s)
		}
	}
	return out
}

func total(b *explain.Builder, parts []explain.Value) explain.Value {
	switch len(parts) {
	case 0:
		return b.Int(0).Note("no recurrent charge")
	case 1:
		return parts[0]
	}
	return b.Sum(parts...)
}

// Month is the recurrent charge of one month at the contract price in force on a
// day, the figure that multiples of months are taken of: discounts count, waived
// months do not (rc_price_basis).
func (t Rates) Month(b *explain.Builder, on date.Date) explain.Value {
	var parts []explain.Value
	for _, p := range t.S.Prices {
		if p.Item != terms.ItemRecurrent {
			continue
		}
		f, offered := t.monthFactor(p, on)
		price := t.Monthly(b, p)
		if offered {
			price = b.Mul(price, b.Literal(f)).Cite(Cite(t.R, t.R.Term.AfterClause, t.R.Term.OfferLapse.Reading, t.R.Term.PriceAfter.Reading)).
				Note("special offer: " + percent(f) + " of the list price")
		}
		if n, counted := t.unitsOn(p, on); counted {
			price = b.Mul(price, b.FactInt("subscriptions/"+t.S.ID+"#units_in_service", int64(n)))
		}
		parts = append(parts, price)
	}
	item, _ := t.R.Charging.Item(terms.ItemRecurrent)
	return total(b, parts).Cite(Cite(t.R, item.Clause, t.R.Charging.MultipleBasis.Reading)).Note("recurrent charge of one month")
}

// monthFactor is the factor of a day; before commencement that of the first
// billing month.
func (t Rates) monthFactor(p Price, on date.Date) (ratio.Ratio, bool) {
	if t.S.Commencement.IsZero() || on.Before(t.S.Commencement) {
		early := t
		early.S.TermEnd = date.New(9999, 1, 1)
		return early.factor(p, 0, on, Multiple)
	}
	return t.factor(p, date.WholeMonths(t.Anchor(), on, t.Rule()), on, Multiple)
}

// unitsOn is how often a price counts on a day, and whether it counts per unit.
func (t Rates) unitsOn(p Price, on date.Date) (int, bool) {
	if !p.PerUnit {
		return 1, false
	}
	n := 0
	for _, u := range t.S.Units {
		if t.S.Commencement.IsZero() {
			n++
			continue
		}
		if s := t.S.Service(u); s.Contains(date.Max(on, t.S.Commencement)) {
			n++
		}
	}
	return n, true
}
