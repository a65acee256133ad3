package invoicing

import (
	"cmp"
	"slices"
	"strings"

	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms"
)

// Pending is a charge that is on no document yet.
type Pending struct {
	Line
	// Clause is the first that the charge rests on.
	Clause string
	// Separate charges go on a document of their own, by PayBy where it is set.
	Separate bool
	PayBy    date.Date
}

// Moment is what a day means for the documents of an account.
type Moment struct {
	// Regular are the services whose billing day has come.
	Regular []string
	// Closing are the services whose closing invoice is due, Closed those that
	// have theirs.
	Closing, Closed []string
	// Alone tells that no service will have a billing day any more.
	Alone bool
}

// Draft is a document to issue.
type Draft struct {
	Kind  Kind
	Lines []Line
	// PayBy is the last day to pay by the clause of its own; zero for the rule.
	PayBy  date.Date
	Clause string
}

// Total is the sum of the lines.
func (d Draft) Total(currency string) money.Money {
	sum := money.Zero(currency)
	for _, l := range d.Lines {
		sum = sum.Add(l.Amount)
	}
	return sum
}

// Plan says which documents carry the pending charges now; what it leaves out
// waits for the next billing day of its service. Differences go on the next
// document of their service, what belongs to the account on the next of any; what becomes known after a closing invoice goes on a supplementary
// one; a document that sums to less than nothing is a credit note.
func Plan(pending []Pending, m Moment) []Draft {
	var out []Draft
	events := map[string]*Draft{}
	var order []string
	closing, late, regular := Draft{Kind: Closing}, Draft{Kind: Supplementary}, Draft{Kind: Regular}
	for _, p := range pending {
		switch {
		case p.Separate:
			id := eventOf(p.Identity)
			if events[id] == nil {
				events[id] = &Draft{Kind: Event, PayBy: p.PayBy, Clause: p.Clause}
				order = append(order, id)
			}
			events[id].Lines = append(events[id].Lines, p.Line)
		case contains(m.Closing, p.Subscription):
			closing.Lines = append(closing.Lines, p.Line)
		case contains(m.Closed, p.Subscription) || m.Alone && p.Subscription == "":
			late.Lines = append(late.Lines, p.Line)
		case contains(m.Regular, p.Subscription) || p.Subscription == "" && len(m.Regular) > 0:
			regular.Lines = append(regular.Lines, p.Line)
		}
	}
	for _, id := range order {
		out = append(out, *events[id])
	}
	for _, d := range []Draft{regular, closing, late} {
		if len(d.Lines) > 0 {
			out = append(out, d)
		}
	}
	for i := range out {
		d := &out[i]
		slices.SortStableFunc(d.Lines, func(a, b Line) int {
			return cmp.Or(cmp.Compare(class(a), class(b)), strings.Compare(a.Subscription, b.Subscription), a.Period.From.Compare(b.Period.From), strings.Compare(a.Identity, b.Identity))
		})
		if d.Total(d.Lines[0].Amount.Currency).Sign() < 0 {
			d.Kind = CreditNote
		}
	}
	return out
}

// eventOf is the identity that a tax line shares with its charge.
func eventOf(identity string) string { return strings.TrimPrefix(identity, "tax/") }

// BillingDay is the first billing day of a service after a day: the beginning of
// a billing month while it is in service. False when there is none.
func BillingDay(r terms.Resolved, s tariff.Subscription, after date.Date) (date.Date, bool) {
	if !s.Commenced() || s.Commencement.IsZero() {
		return date.Date{}, false
	}
	day := s.Commencement
	if !day.After(after) {
		rates := tariff.Rates{R: r, S: s}
		anchor, rule := rates.Anchor(), rates.Rule()
		day = anchor.AddMonths(date.WholeMonths(anchor, after, rule)+1, rule)
	}
	if !s.LastDay.IsZero() && day.After(s.LastDay) {
		return date.Date{}, false
	}
	return day, true
}

// Next is the next day on which something must be done for a service after a
// day: a billing day, or the day after its last.
func Next(r terms.Resolved, s tariff.Subscription, after date.Date) (date.Date, bool) {
	day, ok := BillingDay(r, s, after)
	if s.LastDay.IsZero() {
		return day, ok
	}
	end := s.LastDay.AddDays(1)
	if !end.After(after) {
		return day, ok
	}
	if !ok {
		return end, true
	}
	return date.Min(day, end), true
}
