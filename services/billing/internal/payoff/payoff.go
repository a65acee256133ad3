// Package payoff says what clears an account on a day: everything on issued
// documents, the interest to that day that is not invoiced yet, less credit
// (cpc/9, cpc/10(a)).
package payoff

import (
	"cloudpact.dev/services/billing/internal/interest"
	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

// Accrual is late interest on one invoice as of a day.
type Accrual struct {
	Invoice string
	From    date.Date
	To      date.Date
	// Amount is the whole interest, rounded once; Billed and Waived are parts of
	// it that are not owed any more.
	Amount, Billed, Waived money.Money
	Explanation            explain.Explanation
}

// Owed is what can be invoiced or waived; negative where a late fact has made
// the interest smaller than what was invoiced.
func (a Accrual) Owed() money.Money { return a.Amount.Sub(a.Billed).Sub(a.Waived) }

// Accrue is the interest on an invoice to a day.
func Accrue(r terms.Resolved, i invoicing.Invoice, to date.Date) Accrual {
	cur := i.Total.Currency
	zero := money.Zero(cur)
	out := Accrual{Invoice: i.ID, Amount: zero, Billed: zero.Add(i.Billed), Waived: zero.Add(i.Waived), To: to}
	var parts []interest.Accrual
	exact := ratio.Ratio{}
	for _, d := range i.Debts() {
		a := interest.Accrue(r, d, to)
		if a.Exact.IsZero() {
			continue
		}
		if out.From.IsZero() || a.From.Before(out.From) {
			out.From = a.From
		}
		parts, exact = append(parts, a), exact.Add(a.Exact)
	}
	switch len(parts) {
	case 0:
	case 1:
		out.Amount, out.Explanation, out.To = parts[0].Amount, parts[0].Explanation, parts[0].To
	default:
		mode, _ := r.MoneyMode()
		b := explain.New(tariff.Rounded(r, r.Interest.Clause, r.Interest.StartOnAcceleration.Reading)...)
		v := b.Int(0)
		for k, a := range parts {
			v = b.Add(v, b.Fact("invoices/"+i.Number+"#interest/"+string(rune('a'+k)), a.Exact))
		}
		v = b.RoundMoney(v, cur, mode).Note("interest on the parts with different first days, rounded once")
		out.Amount, out.Explanation = v.Money(cur), b.Explanation(v)
	}
	if last := len(out.Explanation.Steps) - 1; last >= 0 && !out.Waived.IsZero() && r.Strikes != nil {
		s := &out.Explanation.Steps[last]
		s.Citations = append(s.Citations, tariff.Cite(r, r.Strikes.WaiverClause, r.Strikes.WaiverRemoves.Reading))
		s.Note += "; " + out.Waived.String() + " of it was waived, which waives nothing else"
	}
	return out
}

// Quote is what clears an account.
type Quote struct {
	Charges, Interest, Credit, Total money.Money
	Accruals                         []Accrual
	Explanation                      explain.Explanation
}

// Of quotes the open documents, those with interest that is not invoiced, and
// the credit of an account as of a day.
func Of(r terms.Resolved, invoices []invoicing.Invoice, credit money.Money, on date.Date, currency string) Quote {
	zero := money.Zero(currency)
	q := Quote{Charges: zero, Interest: zero, Credit: zero.Add(credit)}
	b := explain.New(r.Cite(r.Invoicing.DueClause), r.Cite(r.Interest.Clause, r.Interest.Election.Reading))
	sum := b.Int(0).In(currency)
	for _, i := range invoices {
		if open := i.Open(); open.Sign() > 0 {
			q.Charges = q.Charges.Add(open)
			sum = b.Add(sum, b.FactMoney("invoices/"+i.Number+"#open", open))
		}
		a := Accrue(r, i, on)
		if a.Amount.IsZero() && a.Billed.IsZero() {
			continue
		}
		q.Accruals = append(q.Accruals, a)
		// Less than nothing where late facts made interest smaller than invoiced.
		if owed := a.Owed(); !owed.IsZero() {
			q.Interest = q.Interest.Add(owed)
			sum = b.Add(sum, b.FactMoney("invoices/"+i.Number+"#interest_not_invoiced", owed))
		}
	}
	q.Total = money.Max(q.Charges.Add(q.Interest).Sub(q.Credit), zero)
	v := b.Max(b.Sub(sum, b.FactMoney("account#credit", q.Credit)), b.Int(0)).In(currency).Note("documents and interest to " + on.String() + ", less credit")
	q.Explanation = b.Explanation(v)
	return q
}
