// Package cancellation judges leaving before the commencement date: by the
// customer's written notice, or because six months have passed.
package cancellation

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// Verdict on a written cancellation.
type Verdict string

// The verdicts.
const (
	// Cancelled: the service ends before it began.
	Cancelled Verdict = "CANCELLED"
	// Wait: the window for problems decides whether the service has commenced.
	Wait Verdict = "WAIT"
	// TooLate: the service has commenced; it takes a notice of termination.
	TooLate Verdict = "TOO_LATE"
)

// Facts is a service that the customer wants to leave.
type Facts struct {
	// Received is the day the written notice was received.
	Received date.Date
	// Commencement is the commencement date, unset where there is none.
	Commencement date.Date
	// Provisional: the window for problems is still open.
	Provisional bool
}

// Judge tells what a written cancellation does.
func Judge(f Facts) Verdict {
	switch {
	case f.Commencement.IsZero() || f.Received.Before(f.Commencement):
		return Cancelled
	case f.Provisional:
		return Wait
	}
	return TooLate
}

// Clause is the one on which a cancellation rests; "" where the terms have none.
func Clause(t terms.Resolved, deemed bool) string {
	switch {
	case t.Cancellation == nil:
		return ""
	case deemed:
		return t.Cancellation.DeemedClause
	}
	return t.Cancellation.WrittenClause
}

// Deemed is the option to treat a service as cancelled.
type Deemed struct {
	// LastDay is the last day for the customer to let supply begin; the option
	// exists from the day after it.
	LastDay date.Date
	Clause  string
	// NeedsCustomerDelay: only a delay that the customer caused opens it.
	NeedsCustomerDelay bool
	Explanation        explain.Explanation
}

// DeemedFrom is the option for an order signed on that day; false where the
// terms have none.
func DeemedFrom(t terms.Resolved, signed date.Date) (Deemed, bool) {
	c := t.Cancellation
	if c == nil || c.DeemedMonths == 0 || c.DeemedClause == "" {
		return Deemed{}, false
	}
	rule, reading := t.MonthRule()
	b := explain.New(t.Cite(c.DeemedClause, reading, c.SignedDate.Reading, c.DeemedNeedsCustomerDelay.Reading))
	v := b.AddMonths(b.FactDate("order#signed_date", signed), b.Int(int64(c.DeemedMonths)), rule).
		Note("the last day to let supply begin; from the next day the service may be treated as cancelled")
	return Deemed{
		LastDay: v.Date(), Clause: c.DeemedClause,
		NeedsCustomerDelay: t.Flag(c.DeemedNeedsCustomerDelay), Explanation: b.Explanation(v),
	}, true
}
