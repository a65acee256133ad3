// Package lots cuts the token lots of a subscription: which tokens a unit, or
// the service, has in which contract year. It is rule TK of the agreement's
// schedules: a function of the dates, the number of tokens and the units, and
// of nothing else.
package lots

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
)

// Facts are what a cut rests on. Dates that are not known are zero.
type Facts struct {
	// Commencement anchors the token years.
	Commencement date.Date
	// TermEnd is the first day after the service period; zero for no period.
	TermEnd date.Date
	// End is the first day after the last day of service, once that is fixed.
	End date.Date
	// Tokens is T: tokens of a full year, per unit or service.
	Tokens int
	// Units with the days on which they were in service.
	Units []Unit
}

// Unit is one unit of the subscription.
type Unit struct {
	ID string
	// Added is the first day in service; zero runs from commencement.
	Added date.Date
	// Removed is the last day in service; zero while it runs.
	Removed date.Date
	// Replaces is the unit whose place it took.
	Replaces string
}

// Lot is the allotment of one ledger and contract year.
type Lot struct {
	// Ledger is a unit's id; "" where tokens count per service.
	Ledger string
	// Year counts from 0. The lot of the highest year has no tokens: it bears
	// the uses after the service period.
	Year int
	// From is the first day, To the first day after it; zero for an open end.
	From, To date.Date
	// Tokens that the clause gives.
	Tokens int
	// Prorated where the last partial year reduced them.
	Prorated bool
	// AfterTerm where the service period is over.
	AfterTerm bool
}

// Contains tells whether the lot is open on the day.
func (l Lot) Contains(d date.Date) bool {
	return !d.Before(l.From) && (l.To.IsZero() || d.Before(l.To))
}

// period is one token year of the subscription, whatever the ledger.
type period struct {
	year      int
	span      date.Span // To zero for an open end
	tokens    int
	prorated  bool
	afterTerm bool
	why       explain.Explanation
}

// Cut gives the lots that begin before the horizon, by ledger and then year. A
// service without commencement date has none.
func Cut(p Policy, f Facts, horizon date.Date) []Lot {
	if f.Commencement.IsZero() {
		return nil
	}
	shared := periods(p, f, horizon)
	var out []Lot
	for _, g := range Ledgers(p, f) {
		years := shared
		if own := p.Anchored(f, g.ID); own.Commencement != f.Commencement {
			years = periods(p, own, horizon)
		}
		for _, y := range years {
			if l, ok := lotOf(g, y); ok {
				out = append(out, l)
			}
		}
	}
	return out
}

// Anchored gives the facts as they count for one ledger: where the reading gives
// each unit its own date, its years begin with its first day in service.
func (p Policy) Anchored(f Facts, ledger string) Facts {
	if !p.OwnDates || f.Commencement.IsZero() {
		return f
	}
	for _, u := range f.Units {
		if u.ID == ledger && u.Added.After(f.Commencement) {
			f.Commencement = u.Added
		}
	}
	return f
}

// Explain is the derivation of a lot's tokens; false where the facts give no
// such lot.
func Explain(p Policy, f Facts, ledger string, year int) (explain.Explanation, bool) {
	f = p.Anchored(f, ledger)
	if f.Commencement.IsZero() || year < 0 {
		return explain.Explanation{}, false
	}
	for _, y := range periods(p, f, yearStart(p, f, year).AddDays(1)) {
		if y.year == year {
			return y.why, true
		}
	}
	return explain.Explanation{}, false
}

// YearOf is the contract year of a ledger in which a day falls: the year of the
// lot that bears a use of that day. Days before commencement belong to year 0: a
// moved date may leave uses before it.
func YearOf(p Policy, f Facts, ledger string, d date.Date) int {
	f = p.Anchored(f, ledger)
	if d.Before(f.Commencement) {
		return 0
	}
	k := date.WholeMonths(f.Commencement, d, p.Month) / p.Months
	if e := limit(f); !e.IsZero() && !d.Before(e) {
		return lastYear(p, f, e) + 1
	}
	return k
}

// Horizon is the day up to which lots are kept: to the end of the year after
// the one in which the day falls.
func Horizon(p Policy, f Facts, today date.Date) date.Date {
	if f.Commencement.IsZero() {
		return today
	}
	k := 0
	if today.After(f.Commencement) {
		k = date.WholeMonths(f.Commencement, today, p.Month) / p.Months
	}
	return yearStart(p, f, k+2)
}

// lotOf is a ledger's share of a period; false where the two do not meet.
func lotOf(g Ledger, y period) (Lot, bool) {
	l := Lot{
		Ledger: g.ID, Year: y.year, From: date.Max(y.span.From, g.From), To: y.span.To,
		Tokens: y.tokens, Prorated: y.prorated, AfterTerm: y.afterTerm,
	}
	if !g.To.IsZero() && (l.To.IsZero() || g.To.Before(l.To)) {
		l.To = g.To
	}
	return l, l.To.IsZero() || l.From.Before(l.To)
}

// limit is E: the first day on which there are no tokens any more; zero for
// never.
func limit(f Facts) date.Date {
	switch {
	case f.TermEnd.IsZero():
		return f.End
	case f.End.IsZero():
		return f.TermEnd
	}
	return date.Min(f.TermEnd, f.End)
}

// yearStart is Y_k.
func yearStart(p Policy, f Facts, k int) date.Date {
	return f.Commencement.AddMonths(p.Months*k, p.Month)
}

// lastYear is the last k with Y_k < E; -1 where E is not after commencement.
func lastYear(p Policy, f Facts, e date.Date) int {
	if !e.After(f.Commencement) {
		return -1
	}
	return date.WholeMonths(f.Commencement, e.AddDays(-1), p.Month) / p.Months
}

// periods lists the token years that begin before the horizon, the time after
// the service period last.
func periods(p Policy, f Facts, horizon date.Date) []period {
	if f.Commencement.IsZero() {
		return nil
	}
	e := limit(f)
	last := -2 // no limit
	if !e.IsZero() {
		last = lastYear(p, f, e)
	}
	var out []period
	for k := 0; yearStart(p, f, k).Before(horizon) && (last == -2 || k <= last); k++ {
		out = append(out, inTerm(p, f, k, e))
	}
	ended := !f.End.IsZero() && !f.End.After(e)
	if last == -2 || ended || !e.Before(horizon) {
		return out
	}
	return append(out, afterTerm(p, f, last+1, e))
}
