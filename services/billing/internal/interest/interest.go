// Package interest is what late payment costs (cpc/10(a)): a share of the unpaid
// charges for each month, computed as of a day and rounded once.
package interest

import (
	"slices"

	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

// Debt is the part of one invoice that bears interest.
type Debt struct {
	// Invoice names the invoice in derivations.
	Invoice string
	// Balance is what bore interest when it was issued.
	Balance money.Money
	// Due is the last day to pay in time. Payable is the earlier day on which an
	// end made the debt payable at once, zero for none.
	Due, Payable date.Date
	// Paid is what was paid of Balance, in the order of the value dates.
	Paid []Part
}

// Part is a payment on a day; the day bears no interest on it any more.
type Part struct {
	Date   date.Date
	Amount money.Money
}

// Accrual is interest up to a day.
type Accrual struct {
	// From is the first day that bears interest, To the first that does not.
	From, To date.Date
	// Exact is the interest before rounding, in major units.
	Exact       ratio.Ratio
	Amount      money.Money
	Explanation explain.Explanation
}

// Accrue is the interest on a debt for the days before a day. It is nothing when
// the debt was paid on or before the day on which interest starts.
func Accrue(r terms.Resolved, d Debt, to date.Date) Accrual {
	from, accelerated := start(r, d)
	out := Accrual{From: from, To: to, Amount: money.Zero(d.Balance.Currency)}
	if r.Interest == nil || !from.Before(to) {
		return out
	}
	c := calc{r: r, b: explain.New(), d: d, anchor: from}
	segments := c.segments(date.Span{From: from, To: to})
	if len(segments) == 0 {
		return out
	}
	out.To = segments[len(segments)-1].span.To
	v := c.sum(segments)
	readings := []string{r.Interest.Method.Reading, r.Interest.DayBasis.Reading, r.Interest.Start.Reading, r.Interest.BaseIncludesTax.Reading}
	if accelerated {
		readings = append(readings, r.Interest.StartOnAcceleration.Reading)
	}
	mode, _ := r.MoneyMode()
	v = v.Cite(tariff.Cite(r, r.Interest.Clause, readings...))
	if len(d.Paid) > 0 && r.Invoicing.PaymentClause != "" {
		v = v.Cite(tariff.Cite(r, r.Invoicing.PaymentClause, r.Invoicing.PaymentCutoff.Reading))
	}
	if !d.Payable.IsZero() && r.Acceleration != nil {
		v = v.Cite(tariff.Cite(r, r.Acceleration.Clause, r.Interest.StartOnAcceleration.Reading))
	}
	out.Exact = v.Ratio()
	v = c.b.RoundMoney(v, d.Balance.Currency, mode).Cite(tariff.Rounded(r, r.Interest.Clause)...).Note("interest on " + d.Invoice + ", rounded once")
	out.Amount, out.Explanation = v.Money(d.Balance.Currency), c.b.Explanation(v)
	return out
}

// start is the first day that bears interest.
func start(r terms.Resolved, d Debt) (date.Date, bool) {
	from := d.Due
	if r.Interest != nil && r.Is(r.Interest.Start, "DAY_AFTER_DUE_DATE") {
		from = from.AddDays(1)
	}
	if r.Interest == nil || d.Payable.IsZero() || !d.Payable.Before(d.Due) {
		return from, false
	}
	if r.Is(r.Interest.StartOnAcceleration, "TERMINATION_DATE") {
		return d.Payable, true
	}
	return from, true
}

type calc struct {
	r      terms.Resolved
	b      *explain.Builder
	d      Debt
	anchor date.Date
}

// segment is days with one balance.
type segment struct {
	span    date.Span
	balance money.Money
}

// balance is what is owed during a day: a payment counts from its own day.
func (c calc) balance(on date.Date) money.Money {
	left := c.d.Balance
	if c.r.Is(c.r.Interest.Base, "ORIGINAL_AMOUNT") {
		return left
	}
	for _, p := range c.d.Paid {
		if !p.Date.After(on) {
			left = left.Sub(p.Amount)
		}
	}
	return left
}

// settled is the first day on which nothing is owed, zero while something is.
func (c calc) settled() date.Date {
	left := c.d.Balance
	for _, p := range c.d.Paid {
		if left = left.Sub(p.Amount); left.Sign() <= 0 {
			return p.Date
		}
	}
	return date.Date{}
}

// segments cuts days at the payments and leaves out those without a balance.
func (c calc) segments(s date.Span) []segment {
	cuts := []date.Date{s.From, s.To}
	if end := c.settled(); !end.IsZero() {
		if !s.From.Before(end) {
			return nil
		}
		cuts[1] = date.Min(s.To, end)
	}
	for _, p := range c.d.Paid {
		if p.Date.After(cuts[0]) && p.Date.Before(cuts[1]) {
			cuts = append(cuts, p.Date)
		}
	}
	slices.SortFunc(cuts, date.Date.Compare)
	cuts = slices.Compact(cuts)
	var out []segment
	for i := range len(cuts) - 1 {
		if bal := c.balance(cuts[i]); bal.Sign() > 0 {
			out = append(out, segment{date.Span{From: cuts[i], To: cuts[i+1]}, bal})
		}
	}
	return out
}

func (c calc) sum(segments []segment) explain.Value {
	var parts []explain.Value
	switch {
	case c.r.Is(c.r.Interest.Method, "COMPOUND_MONTHLY"):
		parts = c.compound(segments)
	case c.r.Is(c.r.Interest.DayBasis, "STARTED_MONTH"):
		parts = c.startedMonths(segments)
	default:
		for _, s := range segments {
			parts = append(parts, c.simple(c.fact(s), s.span))
		}
	}
	v := parts[0]
	if len(parts) > 1 {
		v = c.b.Sum(parts...)
	}
	if c.r.Interest.Cap != "" {
		v = c.b.Min(v, c.b.Mul(c.b.FactMoney(c.d.Invoice+"#charges", c.d.Balance), c.b.Dec(c.r.Interest.Cap))).Note("at most this share of the debt")
	}
	return v
}

func (c calc) fact(s segment) explain.Value {
	return c.b.FactMoney(c.d.Invoice+"#unpaid/"+s.span.From.String(), s.balance)
}

// simple is balance x rate x time.
func (c calc) simple(balance explain.Value, s date.Span) explain.Value {
	return c.b.Mul(c.b.Mul(balance, c.b.Dec(c.r.Interest.Rate)), c.time(s)).Note("interest for " + s.String())
}

// time is the number of rate steps in some days.
func (c calc) time(s date.Span) explain.Value {
	b, rule := c.b, date.Clamped
	if r, _ := c.r.MonthRule(); r != "" {
		rule = r
	}
	from, to := b.Day(s.From), b.Day(s.To)
	if c.r.Interest.Per == "DAY" {
		return b.Days(from, to)
	}
	switch c.r.Text(c.r.Interest.DayBasis) {
	case "ACT_365":
		return b.Div(b.Mul(b.Days(from, to), b.Int(12)), b.Int(365)).Note("twelve monthly rates a year of 365 days")
	case "CALENDAR_SPLIT":
		return b.Months(b.Day(date.New(s.From.Year, s.From.Month, 1)), from, to, rule).Note("days of each calendar month over its length")
	}
	return b.Months(b.FactDate(c.d.Invoice+"#interest_from", c.anchor), from, to, rule)
}

// startedMonths charges each month that has begun in full, on the balance at its
// beginning.
func (c calc) startedMonths(segments []segment) []explain.Value {
	rule, _ := c.r.MonthRule()
	to := segments[len(segments)-1].span.To
	var parts []explain.Value
	for i := 0; ; i++ {
		month := date.Period(c.anchor, i, rule)
		if !month.From.Before(to) {
			return parts
		}
		bal := c.fact(segment{month, c.balance(month.From)})
		parts = append(parts, c.b.Mul(bal, c.b.Dec(c.r.Interest.Rate)).Note("a month begun, "+month.String()))
	}
}

// compound lets the interest of each month join the balance of the next.
func (c calc) compound(segments []segment) []explain.Value {
	rule, _ := c.r.MonthRule()
	to := segments[len(segments)-1].span.To
	var parts []explain.Value
	for i := 0; ; i++ {
		month := date.Period(c.anchor, i, rule)
		if !month.From.Before(to) {
			return parts
		}
		var earned []explain.Value
		carried := parts
		for _, s := range segments {
			days := s.span.Intersect(month)
			if days.Empty() {
				continue
			}
			bal := c.fact(segment{days, s.balance})
			if len(carried) > 0 {
				bal = c.b.Sum(append([]explain.Value{bal}, carried...)...).Note("balance with the interest of the months before")
			}
			earned = append(earned, c.simple(bal, days))
		}
		parts = append(parts, earned...)
	}
}
