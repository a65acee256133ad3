// Package notice judges a notice of termination: whether it is valid, when its
// period ends, and which day is the last of the service.
package notice

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// State is where a notice stands.
type State string

// The states.
const (
	// Served: the other party has to acknowledge receipt; no effect before.
	Served State = "SERVED"
	// Invalid: not in the prescribed form, or not signed; no effect ever.
	Invalid State = "INVALID"
	// Running: the period of notice runs.
	Running State = "RUNNING"
)

const acknowledgedDate = "ACKNOWLEDGED_DATE"

// Facts is a notice.
type Facts struct {
	// Party is CUSTOMER or PROVIDER.
	Party string
	Kind  string
	// Served is the day the notice was served.
	Served date.Date
	// Acknowledged is the day its receipt was acknowledged; unset before.
	Acknowledged date.Date
	// Requested is the last day of service that the sender asks for; unset where
	// none.
	Requested date.Date
	// PrescribedForm and Signed say how it was made.
	PrescribedForm, Signed bool
}

// Decision is what follows from a notice.
type Decision struct {
	State State
	// NoticeLastDay is the last day of the period of notice; set once it runs.
	NoticeLastDay date.Date
	// ServiceLastDay is the last day of service; set once it runs.
	ServiceLastDay date.Date
	// TooShort: the sender may not ask for less than the period of notice.
	TooShort bool
	// RemindOn is the first day on which people are reminded of an open
	// acknowledgement; unset where none is open.
	RemindOn date.Date
	Clause   string
	// Explanation derives NoticeLastDay, Service the last day of service; both
	// are empty while the notice does not run.
	Explanation explain.Explanation
	Service     explain.Explanation
}

// Decide judges a notice. It is false where the terms give the party no such
// right for the kind.
func Decide(t terms.Resolved, f Facts) (Decision, bool) {
	rule, ok := t.Notice.Rule(f.Party, f.Kind)
	if !ok {
		return Decision{}, false
	}
	d := Decision{Clause: rule.Clause}
	if rule.NeedsForm && !(f.PrescribedForm && f.Signed) {
		d.State = Invalid
		return d, true
	}
	if rule.NeedsAcknowledgement && f.Acknowledged.IsZero() {
		d.State = Served
		if n := t.Number(rule.ReminderDays); n > 0 {
			d.RemindOn = f.Served.AddDays(n + 1)
		}
		return d, true
	}
	d.State = Running
	run(t, rule, f, &d)
	return d, true
}

// run computes the days of a notice that runs.
func run(t terms.Resolved, rule terms.NoticeRule, f Facts, d *Decision) {
	months, monthReading := t.MonthRule()
	b := explain.New()
	if rule.Clause != "" {
		b = explain.New(t.Cite(rule.Clause, rule.Clock.Reading, monthReading, dayZero(t)))
	}
	from := b.FactDate("notice#served_date", f.Served)
	if rule.NeedsAcknowledgement && t.Is(rule.Clock, acknowledgedDate) {
		from = b.FactDate("notice#acknowledged_date", f.Acknowledged)
	}
	last := b.AddDays(from, b.Int(int64(rule.Days)))
	if rule.Months > 0 {
		last = b.AddMonths(from, b.Int(int64(rule.Months)), months)
	}
	last = last.Cite(counting(t, monthReading)...).Note("the last day of the period of notice")
	d.NoticeLastDay, d.Explanation = last.Date(), b.Explanation(last)

	service := last
	if !f.Requested.IsZero() {
		d.TooShort = !mayBeShort(t, f) && f.Requested.Before(last.Date())
		service = b.MaxDate(b.FactDate("notice#requested_last_day", f.Requested)).
			Note("the last day of service that the sender asks for")
		if !f.Acknowledged.IsZero() {
			// Without the acknowledgement the notice was void, so service cannot
			// have ended before it.
			service = b.MaxDate(service, b.FactDate("notice#acknowledged_date", f.Acknowledged)).
				Note("the day asked for, but not before receipt was acknowledged")
		}
	}
	d.ServiceLastDay, d.Service = service.Date(), b.Explanation(service)
}

// counting cites the clauses on what a month is.
func counting(t terms.Resolved, reading string) []explain.Citation {
	if t.Counting == nil {
		return nil
	}
	var out []explain.Citation
	for _, c := range t.Counting.Clauses {
		out = append(out, t.Cite(c, reading))
	}
	return out
}

func dayZero(t terms.Resolved) string {
	if t.Counting == nil {
		return ""
	}
	return t.Counting.DayZero.Reading
}

// mayBeShort tells whether the sender may stop before the period of notice is
// over: a customer may, where the terms let it pay for the rest.
func mayBeShort(t terms.Resolved, f Facts) bool {
	return f.Party == terms.PartyCustomer && t.Is(t.Notice.Short, "WITH_PAYMENT")
}
