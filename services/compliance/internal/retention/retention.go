// Package retention says when the data of an ended service may be deleted, and
// what forbids it.
package retention

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// State of stored data.
type State string

// The states.
const (
	// Retained: the service runs, or its days of grace do.
	Retained State = "RETAINED"
	// Allowed: the provider may delete it.
	Allowed State = "DELETION_ALLOWED"
	// Deleted, irrecoverably.
	Deleted State = "DELETED"
	// Held: a legal hold or dispute forbids deletion.
	Held State = "LEGAL_HOLD"
)

const (
	startsAfterEnd = "DAY_AFTER_LAST_DAY"
	hoursPerDay    = 24
)

// Facts is the fate of a service's data so far.
type Facts struct {
	// Name of the service, for the derivation.
	Name string
	// LastDay of service; unset while it runs, also while it is suspended.
	LastDay date.Date
	// Held: a legal hold or a dispute is open.
	Held bool
	// Deleted: it happened.
	Deleted bool
}

// First is the first day on which deletion is allowed, and how that was found.
// It is false while the service has no last day, and where the terms give no
// right to delete.
func First(t terms.Resolved, f Facts) (date.Date, explain.Explanation, bool) {
	r := t.Retention
	if r == nil || r.Starts != startsAfterEnd || f.LastDay.IsZero() {
		return date.Date{}, explain.Explanation{}, false
	}
	months, monthReading := t.MonthRule()
	if r.GraceMonths == 0 {
		monthReading = ""
	}
	b := explain.New(t.Cite(r.Clause, r.GraceDays.Reading, r.Hold.Reading, monthReading))
	day := b.AddDays(b.FactDate(f.Name+"#last_day", f.LastDay), b.Int(1)).Note("the day after the last day of service")
	if r.GraceMonths > 0 {
		day = b.AddMonths(day, b.Int(int64(r.GraceMonths)), months)
	}
	if n := t.Number(r.GraceDays) + wholeDays(r.GraceHours); n > 0 {
		day = b.AddDays(day, b.Int(int64(n)).In("days")).Note("the first day after the days of grace")
	}
	return day.Date(), b.Explanation(day), true
}

// wholeDays rounds hours up: a part of a day keeps the data to its end.
func wholeDays(hours int32) int { return (int(hours) + hoursPerDay - 1) / hoursPerDay }

// Judge is where the data stands on a day.
func Judge(t terms.Resolved, f Facts, today date.Date) State {
	if f.Deleted {
		return Deleted
	}
	if f.Held {
		return Held
	}
	first, _, ended := First(t, f)
	if ended && !today.Before(first) {
		return Allowed
	}
	return Retained
}
