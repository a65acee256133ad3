// Package term fixes the service period and says what follows it.
package term

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

const anniversaryInclusive = "ANNIVERSARY_INCLUSIVE"

// Order is what the order says of the period; the zero Order is silent.
type Order struct {
	// Months of the period; 0 where the order states none.
	Months int
	// LastDay of the period, where the order states a date instead.
	LastDay date.Date
	// EndsAutomatically: supply ends with the period.
	EndsAutomatically bool
}

// Period is the time for which the customer is committed.
type Period struct {
	Start date.Date
	// End is the first day after the period.
	End date.Date
	// Months of the period: those agreed, or the whole months of a period that
	// ends on a stated day.
	Months int
	// Explanation derives End.
	Explanation explain.Explanation
}

// LastDay is the last day of the period.
func (p Period) LastDay() date.Date { return p.End.AddDays(-1) }

// Months is the length of the period by the order or, where it is silent, the
// terms; 0 where the order states a last day instead.
func Months(t terms.Resolved, o Order) int {
	switch {
	case !o.LastDay.IsZero():
		return 0
	case o.Months > 0 || t.Term == nil:
		return o.Months
	}
	return int(t.Term.DefaultMonths)
}

// Of is the period that starts on the commencement date. Without a policy of
// terms and a statement of the order the period is empty.
func Of(t terms.Resolved, start date.Date, o Order) Period {
	rule, monthReading := t.MonthRule()
	clause, lastReading := "", ""
	var lastDay terms.Setting
	if t.Term != nil {
		clause, lastDay, lastReading = t.Term.Clause, t.Term.LastDay, t.Term.LastDay.Reading
	}
	b := explain.New()
	if clause != "" {
		b = explain.New(t.Cite(clause, monthReading, lastReading))
	}
	if !o.LastDay.IsZero() {
		end := b.AddDays(b.FactDate("order#term_last_day", o.LastDay), b.Int(1)).
			Note("the first day after the period whose last day the order states")
		return Period{Start: start, End: end.Date(), Months: whole(start, end.Date(), rule), Explanation: b.Explanation(end)}
	}
	months := Months(t, o)
	n := b.Int(int64(months)).Note("months of the period where the order states none")
	if o.Months > 0 {
		n = b.Fact("order#term_months", ratio.Int(int64(months)))
	}
	end := b.AddMonths(b.FactDate("commencement#date", start), n, rule).
		Note("the first day after the period")
	if t.Is(lastDay, anniversaryInclusive) && months > 0 {
		end = b.AddDays(end, b.Int(1)).Note("the corresponding date is still a day of the period")
	}
	return Period{Start: start, End: end.Date(), Months: months, Explanation: b.Explanation(end)}
}

func whole(start, end date.Date, rule date.MonthRule) int {
	if end.Before(start) {
		return 0
	}
	return date.WholeMonths(start, end, rule)
}

// What follows a period.
const (
	Continues = "CONTINUES"
	Ends      = "ENDS"
	Renews    = "RENEWS"
)

// After is what follows the period where nobody acts.
type After struct {
	// What is CONTINUES, ENDS or RENEWS.
	What string
	// End is the first day after the renewal, with RENEWS.
	End date.Date
	// Clause it rests on.
	Clause string
}

// Following tells what follows a period.
func Following(t terms.Resolved, p Period, o Order) After {
	if t.Term == nil {
		return After{What: Ends}
	}
	a := After{What: t.Term.After, Clause: t.Term.AfterClause}
	switch {
	case o.EndsAutomatically && t.Term.OrderMayEnd:
		a.What = Ends
	case a.What == Renews && t.Term.RenewalMonths > 0:
		rule, _ := t.MonthRule()
		n := renewals(p, int(t.Term.RenewalMonths), rule)
		a.End = p.Start.AddMonths(n, rule)
	}
	return a
}

// renewals counts the months from the start of the period to the end of its
// next renewal, so that renewals keep the first anchor.
func renewals(p Period, months int, rule date.MonthRule) int {
	return date.WholeMonths(p.Start, p.End, rule) + months
}
