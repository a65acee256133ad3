// Package commencement fixes the first day of a service: by a notice of
// readiness and a window for problems, by the first copy, or by a signed
// acceptance test.
package commencement

import (
	"time"

	"cloudpact.dev/services/figures/calendar"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// State is where commencement stands.
type State string

// The states.
const (
	// None: nothing has happened that could fix a date.
	None State = "NONE"
	// Provisional: there is a date, and the window for problems is open.
	Provisional State = "PROVISIONAL"
	// Confirmed: the date stands.
	Confirmed State = "CONFIRMED"
	// Rejected: a problem was reported in the window; a new notice is needed.
	Rejected State = "REJECTED"
	// Unsigned: the test is done and the customer has not signed; there is no
	// date, also when the window is over.
	Unsigned State = "UNSIGNED"
)

// Options of the settings that decide here.
const (
	completionDate = "COMPLETION_DATE"
	dayAfterWindow = "DAY_AFTER_WINDOW"
	scopePerVM     = "PER_VM"
)

// Copy is a first copy of a unit that succeeded.
type Copy struct {
	Unit string
	// Completed is when the copy was complete, Emailed when the customer was
	// told so.
	Completed, Emailed time.Time
}

// Facts is what has happened. Dates are days in the zone of the terms.
type Facts struct {
	Kind string
	// Notice is the day of the latest notice of readiness, or of the latest
	// completed acceptance test.
	Notice date.Date
	// Reports are the days on which problems were reported, in any order.
	Reports []date.Date
	// Signed is the day the acceptance test was signed.
	Signed date.Date
	// Copies are first copies that succeeded; a failed run is none.
	Copies []Copy
	// Agreed is the date that the provider agreed to in writing, which wins.
	Agreed date.Date
}

// Decision is what follows from the facts on one day.
type Decision struct {
	Method string
	State  State
	// Date is the commencement date; unset where there is none.
	Date date.Date
	// WindowLastDay is the last day to report a problem; unset without a window
	// and while it is pending.
	WindowLastDay date.Date
	// Pending says that the window reaches days that no calendar publishes; it
	// does not end before NotBefore.
	Pending   bool
	NotBefore date.Date
	// Units holds the dates of units that have one of their own.
	Units map[string]date.Date
	// Clause that fixes the date.
	Clause string
	// Explanation derives the date, Window the last day of the window; each is
	// empty where there is none.
	Explanation explain.Explanation
	Window      explain.Explanation
}

// Decide tells how commencement stands on a day. It is false where the terms
// have no rule for the kind.
func Decide(t terms.Resolved, f Facts, today date.Date) (Decision, bool) {
	rule, ok := t.Commencement.Rule(f.Kind)
	if !ok {
		return Decision{}, false
	}
	if !f.Agreed.IsZero() {
		return agreed(t, rule, f), true
	}
	switch rule.Method {
	case terms.FirstCopy:
		return firstCopy(t, rule, f), true
	case terms.Acceptance:
		return acceptance(t, rule, f, today), true
	}
	return readiness(t, rule, f, today), true
}

// agreed takes the date that both sides agreed on: no window can move it.
func agreed(t terms.Resolved, rule terms.CommencementRule, f Facts) Decision {
	b := explain.New(cite(t, t.Commencement.ChangeClause)...)
	v := b.FactDate("commencement#agreed_date", f.Agreed).
		Note("the commencement date that the provider agreed to in writing")
	return Decision{
		Method: rule.Method, State: Confirmed, Date: f.Agreed, Clause: t.Commencement.ChangeClause,
		Explanation: b.Explanation(v),
	}
}

// readiness is the general rule: the day of the notice, unless a problem is
// reported in the window.
func readiness(t terms.Resolved, rule terms.CommencementRule, f Facts, today date.Date) Decision {
	d := Decision{Method: rule.Method, State: None, Clause: rule.Clause}
	if f.Notice.IsZero() {
		return d
	}
	b := explain.New(cite(t, rule.Clause, rule.AnyProblemBlocks.Reading, t.Commencement.AfterReport.Reading)...)
	notice := b.FactDate("commencement#notice_date", f.Notice)
	w := openWindow(t, rule, b, notice)
	w.tell(&d, b)
	if w.blocked(f) {
		d.State = Rejected
		return d
	}
	v := notice.Note("the day of the notice, where no problem is reported in the window")
	if !w.last.IsZero() && t.Is(rule.Date, dayAfterWindow) {
		v = b.AddDays(w.value, b.Int(1)).Note("the day after the window")
	}
	d.State, d.Date, d.Explanation = w.state(today), v.Date(), b.Explanation(v)
	return d
}

// acceptance is the rule of the acceptance test: the day of the signature,
// unless a problem is reported in the window after the test.
func acceptance(t terms.Resolved, rule terms.CommencementRule, f Facts, today date.Date) Decision {
	d := Decision{Method: rule.Method, State: None, Clause: rule.Clause}
	if f.Notice.IsZero() {
		return d
	}
	b := explain.New(cite(t, rule.Clause, rule.Problems.Reading, rule.Unsigned.Reading)...)
	tested := b.FactDate("commencement#test_completed_date", f.Notice)
	w := openWindow(t, rule, b, tested)
	w.tell(&d, b)
	switch {
	case w.blocked(f):
		d.State = Rejected
	case f.Signed.IsZero():
		d.State = Unsigned
	default:
		v := b.FactDate("commencement#signed_date", f.Signed).
			Note("the day the customer signed, where no problem is reported in the window")
		d.State, d.Date, d.Explanation = w.state(today), v.Date(), b.Explanation(v)
	}
	return d
}

// firstCopy is the rule of backup and replication: the day of the first copy
// that succeeded, at once and for good.
func firstCopy(t terms.Resolved, rule terms.CommencementRule, f Facts) Decision {
	d := Decision{Method: rule.Method, State: None, Clause: rule.Clause}
	first, ok := earliest(f.Copies, "")
	if !ok {
		return d
	}
	b := explain.New(cite(t, rule.Clause, rule.Date.Reading, rule.Scope.Reading)...)
	v := dayOf(t, rule, b, first)
	d.State, d.Date = Confirmed, v.Date()
	d.Explanation = b.Explanation(v.Note("the first copy of any unit that succeeded"))
	if !t.Is(rule.Scope, scopePerVM) {
		return d
	}
	d.Units = map[string]date.Date{}
	for _, c := range f.Copies {
		own, _ := earliest(f.Copies, c.Unit)
		d.Units[c.Unit] = dayOf(t, rule, b, own).Date()
	}
	return d
}

// dayOf is the day of a copy as the terms read it.
func dayOf(t terms.Resolved, rule terms.CommencementRule, b *explain.Builder, c Copy) explain.Value {
	if t.Is(rule.Date, completionDate) {
		return b.DateOf(b.FactTime("first_copy/"+c.Unit+"#completed_time", c.Completed), t.Zone())
	}
	return b.DateOf(b.FactTime("first_copy/"+c.Unit+"#emailed_time", c.Emailed), t.Zone())
}

// earliest is the copy that was complete first, of one unit or of any ("").
func earliest(copies []Copy, unit string) (Copy, bool) {
	var first Copy
	found := false
	for _, c := range copies {
		if unit != "" && c.Unit != unit {
			continue
		}
		if !found || before(c, first) {
			first, found = c, true
		}
	}
	return first, found
}

func before(a, b Copy) bool {
	if c := a.Completed.Compare(b.Completed); c != 0 {
		return c < 0
	}
	if c := a.Emailed.Compare(b.Emailed); c != 0 {
		return c < 0
	}
	return a.Unit < b.Unit
}

// calendarOf is the calendar of working days of the terms.
func calendarOf(t terms.Resolved) calendar.Calendar {
	id, _ := t.WorkingDays()
	c, ok := calendar.ByID(id)
	if !ok {
		return calendar.Calendar{} // publishes nothing: every window is pending
	}
	if t.Flag(t.Counting.SaturdayIsWorkingDay) {
		return c.WithWeekend(time.Sunday)
	}
	return c
}
