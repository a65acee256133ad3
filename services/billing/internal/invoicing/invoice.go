// Package invoicing makes documents of charges: which document carries what, its
// dates, and how far it is paid (cpc/8, cpc/9, cpc/36).
package invoicing

import (
	"fmt"
	"slices"
	"strings"

	"cloudpact.dev/services/billing/internal/interest"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms"
)

// Kind of a document.
type Kind string

// The kinds.
const (
	Regular       Kind = "REGULAR"
	Interest      Kind = "INTEREST"
	Closing       Kind = "CLOSING"
	Supplementary Kind = "SUPPLEMENTARY"
	Event         Kind = "EVENT"
	CreditNote    Kind = "CREDIT_NOTE"
)

// Invoice is an issued document. Its lines and dates never change; what settles
// it is added.
type Invoice struct {
	// Number is the one in the provider's series, ID the resource id.
	Number string      `json:"number"`
	ID     string      `json:"id"`
	Kind   Kind        `json:"kind"`
	Date   date.Date   `json:"date"`
	Due    date.Date   `json:"due"`
	Lines  []Line      `json:"lines"`
	Total  money.Money `json:"total"`
	// Accelerated is the day from which an end made lines of some services
	// payable at once; zero for none.
	Accelerated date.Date `json:"accelerated,omitzero"`
	// Ended are the ids of those services.
	Ended []string `json:"ended,omitempty"`
	// Settlements are the parts paid, credited or drawn, by the days that count.
	Settlements []Settlement `json:"settlements,omitempty"`
	// Waived is interest that the provider gave up.
	Waived money.Money `json:"waived,omitzero"`
	// Billed is interest that was invoiced.
	Billed money.Money `json:"billed,omitzero"`
	// BilledLines counts the lines that did so.
	BilledLines int `json:"billed_lines,omitempty"`
	// DueHow is the derivation of the due date.
	DueHow explain.Explanation `json:"due_how,omitzero"`
}

// Line is one charge on a document.
type Line struct {
	Charge       string      `json:"charge"`
	Identity     string      `json:"identity"`
	Item         string      `json:"item"`
	Subscription string      `json:"subscription,omitempty"`
	Amount       money.Money `json:"amount"`
	Bears        bool        `json:"bears,omitempty"`
	Note         string      `json:"note,omitempty"`
	Period       date.Span   `json:"period,omitzero"`
}

// Settlement is a part of a document settled by a source.
type Settlement struct {
	// Source is the resource name of a payment, credit note or deposit movement.
	Source string      `json:"source"`
	Date   date.Date   `json:"date"`
	Amount money.Money `json:"amount"`
	// Corrects tells that the part was never owed: it counts from the day of the
	// document, whenever it was found out.
	Corrects bool `json:"corrects,omitempty"`
}

// counts is the day from which a settlement counts.
func (s Settlement) counts(i Invoice) date.Date {
	if s.Corrects {
		return date.Min(i.Date, s.Date)
	}
	return s.Date
}

// Paid is what was settled.
func (i Invoice) Paid() money.Money {
	sum := money.Zero(i.Total.Currency)
	for _, s := range i.Settlements {
		sum = sum.Add(s.Amount)
	}
	return sum
}

// Open is what is left to settle; a credit note has nothing open.
func (i Invoice) Open() money.Money {
	if i.Total.Sign() <= 0 {
		return money.Zero(i.Total.Currency)
	}
	return i.Total.Sub(i.Paid())
}

// PaidDate is the value date that settled the document; zero while it is open.
func (i Invoice) PaidDate() date.Date {
	if !i.Open().IsZero() {
		return date.Date{}
	}
	last := i.Date
	for _, s := range i.Settlements {
		last = date.Max(last, s.Date)
	}
	return last
}

// class orders the lines of a document as payments meet them: charges, then
// other money, then interest.
func class(l Line) int {
	switch {
	case l.Item == terms.ItemInterest:
		return 2
	case l.Bears:
		return 0
	}
	return 1
}

// Classes is the sum of the lines by class: what bears interest, other money,
// interest.
func (i Invoice) Classes() [3]money.Money {
	var out [3]money.Money
	for k := range out {
		out[k] = money.Zero(i.Total.Currency)
	}
	for _, l := range i.Lines {
		out[class(l)] = out[class(l)].Add(l.Amount)
	}
	return spread(out)
}

// spread lets a negative class reduce the next one, so that none is below zero
// where the total is not.
func spread(c [3]money.Money) [3]money.Money {
	for range 2 {
		for k := range c {
			next := (k + 1) % len(c)
			if c[k].Sign() < 0 {
				c[next], c[k] = c[next].Add(c[k]), money.Zero(c[k].Currency)
			}
		}
	}
	return c
}

// OpenClasses is what is open by class.
func (i Invoice) OpenClasses() [3]money.Money {
	out, paid := i.Classes(), i.Paid()
	for k := range out {
		met := money.Min(paid, out[k])
		out[k], paid = out[k].Sub(met), paid.Sub(met)
	}
	return out
}

// Charges is the part of the document that is charges in the agreement's sense.
func (i Invoice) Charges() money.Money { return i.Classes()[0] }

// OpenChargesAt is what was unpaid of the charges at the end of a day.
func (i Invoice) OpenChargesAt(on date.Date) money.Money {
	left := i.Charges()
	for _, s := range i.Settlements {
		if !s.counts(i).After(on) {
			left = left.Sub(s.Amount)
		}
	}
	return money.Max(left, money.Zero(i.Total.Currency))
}

// Debts is the parts of the document that bear interest: one, or two where the
// end of a service made its part payable earlier. Payments meet the part that is
// payable earlier first.
func (i Invoice) Debts() []interest.Debt {
	ended, rest := money.Zero(i.Total.Currency), i.Charges()
	if !i.Accelerated.IsZero() {
		for _, l := range i.Lines {
			if l.Bears && contains(i.Ended, l.Subscription) {
				ended = ended.Add(l.Amount)
			}
		}
		ended = money.Max(money.Zero(i.Total.Currency), money.Min(ended, rest))
		rest = rest.Sub(ended)
	}
	first := interest.Debt{Invoice: "invoices/" + i.Number, Balance: ended, Due: i.Due, Payable: i.Accelerated}
	second := interest.Debt{Invoice: "invoices/" + i.Number, Balance: rest, Due: i.Due}
	left := [2]money.Money{ended, rest}
	for _, s := range i.inOrder() {
		amount := s.Amount
		for k, d := range []*interest.Debt{&first, &second} {
			part := money.Min(amount, left[k])
			if part.Sign() > 0 {
				d.Paid = append(d.Paid, interest.Part{Date: s.counts(i), Amount: part})
				left[k], amount = left[k].Sub(part), amount.Sub(part)
			}
		}
	}
	var out []interest.Debt
	for _, d := range []interest.Debt{first, second} {
		if d.Balance.Sign() > 0 {
			out = append(out, d)
		}
	}
	return out
}

// inOrder is the settlements in the order of the days from which they count.
func (i Invoice) inOrder() []Settlement {
	out := slices.Clone(i.Settlements)
	slices.SortStableFunc(out, func(a, b Settlement) int { return a.counts(i).Compare(b.counts(i)) })
	return out
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// Identities is the identities of the lines, each once.
func (i Invoice) Identities() []string {
	var out []string
	for _, l := range i.Lines {
		if !contains(out, l.Identity) {
			out = append(out, l.Identity)
		}
	}
	return out
}

// Subscriptions is the ids of the services with charges on the document.
func (i Invoice) Subscriptions() []string {
	var out []string
	for _, l := range i.Lines {
		if l.Subscription != "" && !contains(out, l.Subscription) {
			out = append(out, l.Subscription)
		}
	}
	return out
}

// Number writes the n-th number of a series: "HK-000001".
func Number(series string, n int64) string { return fmt.Sprintf("%s-%06d", series, n) }

// ID is the resource id of a number.
func ID(number string) string { return strings.ToLower(number) }

// Due is the last day to pay an invoice of a day in time.
func Due(r terms.Resolved, issued date.Date) (date.Date, explain.Explanation) {
	b := explain.New(tariff.Cite(r, r.Invoicing.DueClause, r.Invoicing.DueFrom.Reading, r.Invoicing.Backdate.Reading))
	v := b.AddDays(b.FactDate("invoice_date", issued), b.Int(int64(r.Invoicing.DueDays))).Note("the invoice date is not counted")
	return v.Date(), b.Explanation(v)
}

// PayBy is a due date of its own clause as a derivation.
func PayBy(r terms.Resolved, clause string, day date.Date) explain.Explanation {
	b := explain.New(r.Cite(clause))
	return b.Explanation(b.FactDate("last_day_to_pay", day).Note("the day that the clause or the demand sets"))
}

// Accelerated adds to the derivation of a due date that an end made the document
// payable at once: the date itself stays.
func Accelerated(r terms.Resolved, how explain.Explanation, from date.Date) explain.Explanation {
	if r.Acceleration == nil || len(how.Steps) == 0 {
		return how
	}
	out := explain.Explanation{Steps: slices.Clone(how.Steps), Result: how.Result}
	last := &out.Steps[len(out.Steps)-1]
	last.Citations = append(slices.Clone(last.Citations), tariff.Cite(r, r.Acceleration.Clause, r.Acceleration.MovesDueDate.Reading))
	last.Note += "; what it asks for a service that has ended is payable at once from " + from.String() + ", the date stays for strikes, draws and interest"
	return out
}
